"""Name what may have decided something: a rule of the policy packs, or the platform itself."""

from contracts.vocabulary import RuleId, Term


class PlatformRule(Term):
    """What is no rule of a policy pack and never leaves this service."""

    SILENCE_REMINDER = "silence_reminder", "静默提醒", "A silence has been acting for weeks."
    PLATFORM_ALARM = "platform_alarm", "平台告警", "A component of the platform itself needs an operator."


Rule = RuleId | PlatformRule


def rule_of(word: str) -> Rule:
    """The rule of this name; raises `ValueError`."""
    return PlatformRule(word) if word in list(PlatformRule) else RuleId(word)
