"""Matching needs to volunteers: hard filters, a score, an optimal assignment, and the reasons.

Pure: values in, values out; the time is an argument. Start reading at `matching.match`.
"""

from volunteers.domain.calendar import Slot
from volunteers.domain.matching.assignment import NOBODY, Assignment, assign, candidates_of
from volunteers.domain.matching.bare import Bare, assign_matrix, assign_pairs
from volunteers.domain.matching.blockers import Blockers, NearMiss, blockers
from volunteers.domain.matching.chains import chains
from volunteers.domain.matching.cost import Cost, Move, cost
from volunteers.domain.matching.explain import (
    Explanation,
    deciding,
    erase_inputs,
    explain,
    explain_choice,
    failed_filters,
    leading,
    replay,
)
from volunteers.domain.matching.factors import Factor, score
from volunteers.domain.matching.filters import (
    FILTER_NAMES,
    OVERRIDABLE,
    SAFETY,
    Verdict,
    judge,
)
from volunteers.domain.matching.keeping import (
    Difference,
    Kept,
    considers,
    keep_run,
    replay_proposal,
    replay_run,
)
from volunteers.domain.matching.matching import (
    Candidate,
    Context,
    Match,
    Outcome,
    match,
    propose_one,
)
from volunteers.domain.matching.regret import Regret, regret
from volunteers.domain.matching.rules import DEFAULT_RULES, FACTOR_NAMES, Rules
from volunteers.domain.matching.wording import (
    blocker_sentence,
    cost_sentence,
    factor_sentence,
    regret_sentence,
    sentences,
    verdict_sentence,
)
from volunteers.domain.matching.world import Companion, Need, Volunteer

__all__ = [
    "DEFAULT_RULES",
    "FACTOR_NAMES",
    "FILTER_NAMES",
    "NOBODY",
    "OVERRIDABLE",
    "SAFETY",
    "Assignment",
    "Bare",
    "Blockers",
    "Candidate",
    "Companion",
    "Context",
    "Cost",
    "Difference",
    "Explanation",
    "Factor",
    "Kept",
    "Match",
    "Move",
    "NearMiss",
    "Need",
    "Outcome",
    "Regret",
    "Rules",
    "Slot",
    "Verdict",
    "Volunteer",
    "assign",
    "assign_matrix",
    "assign_pairs",
    "blocker_sentence",
    "blockers",
    "candidates_of",
    "chains",
    "considers",
    "cost",
    "cost_sentence",
    "deciding",
    "erase_inputs",
    "explain",
    "explain_choice",
    "factor_sentence",
    "failed_filters",
    "judge",
    "keep_run",
    "leading",
    "match",
    "propose_one",
    "regret",
    "regret_sentence",
    "replay",
    "replay_proposal",
    "replay_run",
    "score",
    "sentences",
    "verdict_sentence",
]
