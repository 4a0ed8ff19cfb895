"""Filters of the lists. Their state lives in the address."""

from django import forms

TYPED = forms.DateInput(attrs={"inputmode": "numeric", "placeholder": "2026-11-03"}, format="%Y-%m-%d")
DATE_ERRORS = {"invalid": "请按 2026-11-03 的样式填写。"}


class ListFilter(forms.Form):
    """Narrow a list by the prefecture a subject is registered in and by the date of the decision."""

    region = forms.ChoiceField(
        label="登记地", required=False, error_messages={"invalid_choice": "请从列表中选择州市。"}
    )
    since = forms.DateField(label="决定日期自", required=False, widget=TYPED, error_messages=DATE_ERRORS)
    until = forms.DateField(label="至", required=False, widget=TYPED, error_messages=DATE_ERRORS)
    kind = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, regions: list[tuple[str, str]], of_kind: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "全省"), *regions]
        if not of_kind:
            del self.fields["kind"]

    def is_narrowed(self) -> bool:
        """Whether a filter holds that the visitor could take away."""
        return self.is_valid() and any(self.cleaned_data[name] for name in ("region", "since", "until"))

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "应不早于起始日期。")
        return cleaned
