"""Courses and honours."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import training as of
from volunteers.queries import training as found
from volunteers.usecases import honours, training

Data = dict[str, Any]


class Trainings:
    """What people learn, and what they are honoured for."""

    @rpc(of.OfferCourse, returns=of.CourseView)
    def offer_course(self, call: Call, data: Data) -> Any:
        return training.offer_course(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.FindPage, returns=of.CoursePage)
    def find_courses(self, call: Call, data: Data) -> Any:
        return found.find_courses(call.session, data)

    @rpc(of.PlanTraining, returns=of.TrainingView)
    def plan_training(self, call: Call, data: Data) -> Any:
        return training.plan_training(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.FindPage, returns=of.TrainingPage)
    def find_trainings(self, call: Call, data: Data) -> Any:
        return found.find_trainings(call.session, data)

    @rpc(of.RecordTraining, returns=of.TrainingRecorded)
    def record_training(self, call: Call, data: Data) -> Any:
        return training.record_training(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.FindCompletions, returns=of.CompletionPage)
    def find_completions(self, call: Call, data: Data) -> Any:
        return found.find_completions(call.session, data)

    @rpc(of.RecordHonour, returns=of.HonourView)
    def record_honour(self, call: Call, data: Data) -> Any:
        return honours.record_honour(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.FindHonours, returns=of.HonourPage)
    def find_honours(self, call: Call, data: Data) -> Any:
        return found.find_honours(call.session, data)
