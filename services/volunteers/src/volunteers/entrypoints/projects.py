"""Projects, from the draft to the settlement; and copies of them."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from functools import partial
from typing import Any

from servicekit.service import Call, compute, rpc
from servicekit.workdays import published
from volunteers.contracts import projects as projects_rpc
from volunteers.contracts.certificates import Printed
from volunteers.contracts.dossiers import DossierView, ProjectPage
from volunteers.domain.dossiers import notice_end
from volunteers.queries import projects as found
from volunteers.queries import reporting
from volunteers.queries.lookup import local_day
from volunteers.usecases import copying, projects

Data = dict[str, Any]


def _every_day(_day: date) -> bool:
    return True


class Projects:
    """A dossier and its gates."""

    @rpc(projects_rpc.DraftProject, returns=DossierView)
    def draft_project(self, call: Call, data: Data) -> Any:
        return _shown(call, projects.draft_project, data)

    @rpc(projects_rpc.ChangeProject, returns=DossierView)
    def change_project(self, call: Call, data: Data) -> Any:
        return _shown(call, projects.change_project, data)

    @rpc(projects_rpc.FilePaper, returns=DossierView)
    def file_paper(self, call: Call, data: Data) -> Any:
        return _shown(call, projects.file_paper, data)

    @rpc(projects_rpc.RecordSpending, returns=DossierView)
    def record_spending(self, call: Call, data: Data) -> Any:
        return _shown(call, projects.record_spending, data)

    @rpc(projects_rpc.ReviewProject, returns=DossierView)
    def review_project(self, call: Call, data: Data) -> Any:
        return _shown(call, projects.review_project, data)

    @rpc(projects_rpc.MoveProject, returns=DossierView)
    def move_project(self, call: Call, data: Data) -> Any:
        counts = published if call.settings.project_notice_workdays else _every_day
        notice = partial(notice_end, days=call.settings.project_notice_days, counts=counts)
        return _shown(call, partial(projects.move_project, notice=notice), data)

    @rpc(projects_rpc.ProjectArgs, returns=DossierView)
    def get_project(self, call: Call, data: Data) -> Any:
        return found.get_project(call.session, data["project"], local_day(call.session, call.now))

    @rpc(projects_rpc.PrintReport, returns=Printed, transaction=False)
    def print_report(self, call: Call, data: Data) -> Any:
        from volunteers.usecases.project_reports import report  # and its library, when it is needed

        with call.transaction() as session:
            said = reporting.report_of(session, data["project"], local_day(session, call.now))
        return {"pdf": b64encode(compute(report, said, kind=data["report"])).decode()}

    @rpc(projects_rpc.FindProjects, returns=ProjectPage)
    def find_projects(self, call: Call, data: Data) -> Any:
        return found.find_projects(call.session, data)

    @rpc(projects_rpc.AnnounceProjects, returns=projects_rpc.Announced)
    def announce_projects(self, call: Call, data: Data) -> Any:
        return projects.announce_projects(call.session, data, now=call.now, actor=call.actor)

    @rpc(projects_rpc.ProjectArgs, returns=projects_rpc.Template)
    def export_project(self, call: Call, data: Data) -> Any:
        today = local_day(call.session, call.now)
        return copying.export_project(call.session, data["project"], today)

    @rpc(projects_rpc.ImportProject, returns=DossierView)
    def import_project(self, call: Call, data: Data) -> Any:
        return _shown(call, copying.import_project, data)


def _shown(call: Call, act: Any, data: Data) -> dict[str, Any]:
    project = act(call.session, data, now=call.now, actor=call.actor)
    return found.describe(call.session, project, local_day(call.session, call.now))
