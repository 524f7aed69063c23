"""The teachers' desk."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import services as of
from volunteers.contracts.shapes import CommunityArgs
from volunteers.models import ServiceItem, ServiceRequest
from volunteers.queries.lookup import one
from volunteers.usecases import services

Data = dict[str, Any]


class TeacherDesk:
    """Administrative services at the teachers' door."""

    @rpc(of.OfferService, returns=of.ServiceView)
    def offer_service(self, call: Call, data: Data) -> Any:
        return services.offer_service(call.session, data, now=call.now, actor=call.actor)

    @rpc(CommunityArgs, returns=of.ServiceView, many=True)
    def list_services(self, call: Call, data: Data) -> Any:
        return services.list_services(call.session, data["community"])

    @rpc(of.ItemArgs, returns=of.ServiceView)
    def get_service(self, call: Call, data: Data) -> Any:
        return one(call.session, ServiceItem, data["item"])

    @rpc(of.RequestService, returns=of.RequestView)
    def request_service(self, call: Call, data: Data) -> Any:
        return services.request_service(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.HandInPapers, returns=of.RequestView)
    def hand_in_papers(self, call: Call, data: Data) -> Any:
        return services.hand_in_papers(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.AssignService, returns=of.RequestView)
    def assign_service(self, call: Call, data: Data) -> Any:
        return services.assign_service(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.ScheduleService, returns=of.RequestView)
    def schedule_service(self, call: Call, data: Data) -> Any:
        return services.schedule_service(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.RequestArgs, returns=of.RequestView)
    def finish_service(self, call: Call, data: Data) -> Any:
        return services.finish_service(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.RequestArgs, returns=of.RequestView)
    def withdraw_service(self, call: Call, data: Data) -> Any:
        return services.withdraw_service(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.RateService, returns=of.RequestView)
    def rate_service(self, call: Call, data: Data) -> Any:
        return services.rate_service(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.RequestArgs, returns=of.RequestView)
    def get_service_request(self, call: Call, data: Data) -> Any:
        return one(call.session, ServiceRequest, data["request"])

    @rpc(of.FindRequests, returns=of.RequestPage)
    def find_service_requests(self, call: Call, data: Data) -> Any:
        return services.find_requests(call.session, data)

    @rpc(of.RevealRequest, returns=of.RevealedRequest)
    def reveal_service_request(self, call: Call, data: Data) -> Any:
        return services.reveal_request(call.session, data, now=call.now, actor=call.actor)
