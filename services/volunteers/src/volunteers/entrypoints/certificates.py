"""Certificates and records of growth."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from servicekit.service import Call, compute, rpc
from volunteers.contracts import certificates as of
from volunteers.queries.certificates import find_certificates
from volunteers.usecases import certificates, growth

Data = dict[str, Any]


class Certificates:
    """What is handed out."""

    @rpc(of.ServicePeriod, returns=of.CertificateView)
    def issue_certificate(self, call: Call, data: Data) -> Any:
        return certificates.issue_certificate(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.CertificateArgs, returns=of.CertificateView)
    def revoke_certificate(self, call: Call, data: Data) -> Any:
        return certificates.revoke_certificate(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.FindCertificates, returns=of.CertificatePage)
    def find_certificates(self, call: Call, data: Data) -> Any:
        return find_certificates(call.session, data)

    @rpc(of.CertificateArgs, returns=of.Printed, transaction=False)
    def print_certificate(self, call: Call, data: Data) -> Any:
        with call.transaction() as session:
            said = certificates.to_print(session, data, now=call.now, actor=call.actor)
        return _printed("certificate", said, public_url=call.settings.public_url)

    @rpc(of.NoteLesson, returns=of.LessonView)
    def note_lesson(self, call: Call, data: Data) -> Any:
        return growth.note_lesson(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.ServicePeriod, returns=of.Printed, transaction=False)
    def print_growth_record(self, call: Call, data: Data) -> Any:
        with call.transaction() as session:
            said = growth.to_print(session, data, now=call.now, actor=call.actor)
        return _printed("growth_record", said)


def _printed(document: str, said: Data, **more: Any) -> Data:
    from volunteers.usecases import documents  # its library stays out until something is printed

    return {"pdf": b64encode(compute(getattr(documents, document), said, **more)).decode()}
