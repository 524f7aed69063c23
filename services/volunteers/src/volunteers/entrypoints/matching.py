"""Who might help whom, and why."""

from __future__ import annotations

from functools import partial
from typing import Any

from servicekit.apart import apart
from servicekit.service import Call, compute, rpc
from volunteers import matcher
from volunteers.contracts import insight as insight_rpc
from volunteers.contracts import matching as matching_rpc
from volunteers.contracts import pairings as pairings_rpc
from volunteers.contracts.shapes import CommunityArgs
from volunteers.domain.matching import explain_choice, leading, replay_run
from volunteers.domain.matching.whatif import whatif as try_out
from volunteers.usecases import (
    explaining,
    fairness,
    matching,
    overrides,
    progress,
    replaying,
    rules,
    whatif,
)

Data = dict[str, Any]


class Matching:
    """Runs, explanations, rules."""

    @rpc(matching_rpc.MatchArgs, returns=matching_rpc.MatchView, transaction=False)
    def match(self, call: Call, data: Data) -> Any:
        begin, community = call.transaction, data["community"]
        with progress.shown(begin, community, now=call.now) as tell:
            with begin() as session:
                large = matching.is_large(session, community)
            if large:
                return apart(matcher.__name__, matcher.asked(call, data), lambda it: tell(*it))
            return matching.run(begin, data, now=call.now, compute=compute, tell=tell)

    @rpc(CommunityArgs, returns=matching_rpc.ProgressView)
    def match_progress(self, call: Call, data: Data) -> Any:
        return progress.match_progress(call.session, data)

    @rpc(CommunityArgs, returns=matching_rpc.ProgressView)
    def stop_match(self, call: Call, data: Data) -> Any:
        return progress.stop_match(call.session, data)

    @rpc(CommunityArgs, returns=matching_rpc.UnmatchedList)
    def unmatched(self, call: Call, data: Data) -> Any:
        return matching.unmatched(call.session, data, now=call.now, compute=compute)

    @rpc(matching_rpc.NeedAndVolunteer, returns=matching_rpc.ExplainView)
    def explain_match(self, call: Call, data: Data) -> Any:
        explain = partial(compute, explain_choice)
        return explaining.explain_match(call.session, data, now=call.now, explain=explain)

    @rpc(matching_rpc.FindCandidates, returns=matching_rpc.CandidatesView)
    def find_candidates(self, call: Call, data: Data) -> Any:
        lead = partial(compute, leading)
        return explaining.find_candidates(call.session, data, now=call.now, lead=lead)

    @rpc(pairings_rpc.PairingArgs, returns=matching_rpc.ExplainView)
    def explain_pairing(self, call: Call, data: Data) -> Any:
        return explaining.explain_pairing(call.session, data)

    @rpc(insight_rpc.ReplayMatch, returns=insight_rpc.ReplayView)
    def replay_match(self, call: Call, data: Data) -> Any:
        return replaying.replay_match(call.session, data, replay=partial(compute, replay_run))

    @rpc(CommunityArgs, returns=insight_rpc.OverridesView)
    def overrides(self, call: Call, data: Data) -> Any:
        return overrides.overrides(call.session, data)

    @rpc(insight_rpc.WhatIfArgs, returns=insight_rpc.WhatIfView, transaction=False)
    def what_if(self, call: Call, data: Data) -> Any:
        compute_it = partial(compute, try_out)
        return whatif.what_if(call.transaction, data, now=call.now, compute=compute_it)

    @rpc(CommunityArgs, returns=insight_rpc.FairnessView, transaction=False)
    def fairness(self, call: Call, data: Data) -> Any:
        homes = fairness.homes(call.peers.households.find_households, data["community"])
        with call.transaction() as session:
            return fairness.fairness(session, data, now=call.now, homes=homes)

    @rpc(matching_rpc.SetRules, returns=matching_rpc.RulesView)
    def set_rules(self, call: Call, data: Data) -> Any:
        return rules.set_rules(call.session, data, now=call.now, actor=call.actor)

    @rpc(CommunityArgs, returns=matching_rpc.RulesView)
    def get_rules(self, call: Call, data: Data) -> Any:
        return rules.get_rules(call.session, data)
