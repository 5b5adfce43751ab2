"""What the list of releases may be filtered by."""

from django_filters import CharFilter, ChoiceFilter, FilterSet

from releases.models import Release


class ReleaseFilter(FilterSet):
    """Releases by where they are in their life, and by their content."""

    state = ChoiceFilter(choices=Release.State.choices)
    digest = CharFilter(help_text="SHA-256 of the document.")

    class Meta:
        model = Release
        fields = ("state", "digest")
