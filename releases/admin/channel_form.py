"""The form of a channel: what it is called, whether it is protected, and which agents follow it."""

from __future__ import annotations

from typing import Any

from django import forms

from bindings.models import Agent, AgentIdentity
from releases import services
from releases.models import Channel, Following
from releases.models.channel import PRODUCTION


def agent_choices() -> list[tuple[str, str]]:
    """The agents by the names that count: those on the roster in its order, then those that are only released."""
    rows = Agent.objects.values_list("name", "identity__name")
    names = {known or name: name for name, known in rows}
    others = AgentIdentity.objects.filter(draft=None).exclude(
        following=None, released__release__channels=None
    )
    names |= dict.fromkeys(sorted(set(others.values_list("name", flat=True))), "")
    return [
        (known, known if draft in (known, "") else f"{known} (in the working copy {draft})")
        for known, draft in names.items()
    ]


class ChannelForm(forms.ModelForm[Channel]):
    """A channel, and the agents that follow it instead of production."""

    agents = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Agents that follow it",
        help_text="An agent follows one channel. Agents not ticked on any channel follow production.",
    )
    reason = forms.CharField(
        required=False, max_length=500, label="Why", help_text="Kept with the channel's moves."
    )

    class Meta:
        model = Channel
        fields = ("name", "is_protected")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = dict(Following.objects.values_list("agent__name", "channel__name"))
        field: Any = self.fields["agents"]
        field.choices = agent_choices()
        self.followers = {name for name, channel in following.items() if channel == self.instance.name}
        if self.instance.pk:
            self.initial["agents"] = sorted(self.followers)

    def clean(self) -> dict[str, Any]:
        """Nobody alone gives an agent what nobody else approved."""
        data: dict[str, Any] = super().clean() or {}
        for name, then in self.coming_and_going(data):
            # A channel that is protected with this very form counts as that.
            then.is_protected |= then.pk == self.instance.pk and bool(data.get("is_protected"))
            if why := services.follow_objection(name, services.followed(name), then):
                self.add_error("agents", why)
        return data

    def coming_and_going(self, data: dict[str, Any]) -> list[tuple[str, Channel]]:
        """Each agent that is to follow another channel, with that channel."""
        wanted, this = set(data.get("agents", self.followers)), self.instance
        if this.name == PRODUCTION or wanted == self.followers:
            return []
        going = [(name, services.channel_named(PRODUCTION)) for name in sorted(self.followers - wanted)]
        return going + [(name, this) for name in sorted(wanted - self.followers)]
