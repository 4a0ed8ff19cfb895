"""The provider's side of OpenID Connect: describe itself, ask who somebody is, give a code, give a token for it."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey

from repair.stub import page

CODE_SECONDS, TOKEN_SECONDS = 60, 300


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    location: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code stands for, once and for a minute."""

    account: Mapping[str, str]
    asked: Mapping[str, str]
    until: float


@dataclass
class Provider:
    """One stand-in: its address, the one client it knows, its key, the file of its accounts."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    accounts_file: Path
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    _codes: dict[str, Granted] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accounts(self) -> list[dict[str, str]]:
        """Who can be chosen, read anew each time; nobody where there is no file."""
        if not self.accounts_file.exists():
            return []
        return list(json.loads(self.accounts_file.read_text(encoding="utf-8")))

    def answer(self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> Reply:
        """One request. Unknown paths are 404."""
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                return _json(self._description())
            case "GET", "/jwks":
                return _json({"keys": [self.key.as_dict(private=False, use="sig", alg="ES256")]})
            case "GET", "/authorize":
                return self._ask(query)
            case "POST", "/authorize":
                return self._choose(form)
            case "POST", "/token":
                return self._token(form)
            case "GET", "/":
                return Reply(200, page.front().encode(), "text/html; charset=utf-8")
        return _json({"error": "not_found"}, 404)

    def _description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _ask(self, asked: Mapping[str, str]) -> Reply:
        if refusal := self._refusal(asked):
            return refusal
        return Reply(200, page.choose(self.accounts(), asked).encode(), "text/html; charset=utf-8")

    def _refusal(self, asked: Mapping[str, str]) -> Reply | None:
        """A client or an address nobody registered is told here; it is never sent anywhere."""
        wanted = {"client_id": self.client_id, "redirect_uri": self.redirect_uri, "response_type": "code",
                  "code_challenge_method": "S256"}  # fmt: skip
        if wrong := [name for name, value in wanted.items() if asked.get(name) != value]:
            return _json({"error": "invalid_request", "error_description": "、".join(wrong)}, 400)
        return None

    def _choose(self, form: Mapping[str, str]) -> Reply:
        if refusal := self._refusal(form):
            return refusal
        back = {"state": form.get("state", ""), "iss": self.issuer}
        account = next((each for each in self.accounts() if each["sub"] == form.get("account")), None)
        if account is None:
            return _back(self.redirect_uri, back | {"error": "access_denied"})
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes[code] = Granted(account, dict(form), time.monotonic() + CODE_SECONDS)
        return _back(self.redirect_uri, back | {"code": code})

    def _token(self, form: Mapping[str, str]) -> Reply:
        with self._lock:
            granted = self._codes.pop(form.get("code", ""), None)
        if form.get("client_id") != self.client_id or not hmac.compare_digest(
            form.get("client_secret", "").encode(), self.client_secret.encode()
        ):
            return _json({"error": "invalid_client"}, 401)
        if granted is None or granted.until < time.monotonic() or not _is_proven(granted, form):
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = dict(granted.account) | {
            "iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + TOKEN_SECONDS,
            "nonce": granted.asked.get("nonce", ""),
        }  # fmt: skip
        token = jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)
        return _json({"access_token": secrets.token_urlsafe(32), "token_type": "Bearer", "id_token": token})


def _is_proven(granted: Granted, form: Mapping[str, str]) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(challenge, granted.asked.get("code_challenge", "")) and (
        form.get("redirect_uri") == granted.asked.get("redirect_uri")
    )


def _json(content: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(content, ensure_ascii=False).encode())


def _back(address: str, answer: Mapping[str, str]) -> Reply:
    return Reply(303, location=f"{address}?{urlencode(answer)}")
