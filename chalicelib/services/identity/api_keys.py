"""API keys: made and shown once, listed, revoked; and who it is that calls with one."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import secrets
from collections.abc import Iterable
from datetime import date

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import may_see
from chalicelib.law.identifiers import check_uscc
from chalicelib.records.access import ApiKey as ApiKey
from chalicelib.storage import api_keys
from chalicelib.storage.archive import Conflict

PREFIX = "mx_"
SUBMIT, CONSENT, MEASURES = "submit", "consent", "measures"
SCOPES = ("shared:read", "review", "compare", "compare:persons", CONSENT)
"""The scopes that stand for themselves; `submit:` is followed by a provider's USCC, `measures:` by that of a body that carries them out."""
ALLOWED = "、".join((f"{SUBMIT}:统一社会信用代码", f"{MEASURES}:统一社会信用代码", *SCOPES))
LONGEST_NAME = 100
MOST_ENTRIES = 50
"""Scopes of one key, and networks."""

_FORM = re.compile(rf"{PREFIX}[a-z2-7]{{59}}")
_CHECKED = 7
"""Characters of the check at the end: CRC-32 in base 32, by which a scanner tells a leaked key from look-alikes."""


def create(
    name: str,
    scopes: Iterable[str],
    *,
    expires: date | None = None,
    networks: Iterable[str] = (),
    office: str | None = None,
    items: Iterable[str] = (),
    holder: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and its text, which is shown now and never again. `expires` is the last day on which it works, `office` the
    office of its holder that answers for review (NT-39), `items` the catalogue items that it may read, all when none is named,
    `holder` the organisation (USCC) in whose name it asks for consent."""
    now = clock.now()
    if expires is not None and expires < clock.today():
        raise Refused(f"到期日 {expires} 已经过去：请填写今天或以后的日期，这是密钥可用的最后一天")
    secret = new_secret()
    key = ApiKey(
        id=api_keys.id_of(secret),
        name=_checked_name(name),
        scopes=_few(dict.fromkeys(map(checked_scope, scopes)), "权限范围"),
        networks=_few(dict.fromkeys(map(checked_network, networks)), "网段"),
        created=now.isoformat(timespec="seconds"),
        expires=expires,
        office=checked_office(office),
        items=_few(dict.fromkeys(map(checked_item, items)), "目录项"),
        holder=check_uscc(holder).number if holder else None,
    )
    if not key.scopes:
        raise Refused(f"没有写明权限范围。可用的有：{ALLOWED}")
    if CONSENT in key.scopes and not key.holder:
        raise Refused("权限范围 consent 须写明以哪个单位的名义申请授权：请填写该单位的统一社会信用代码（holder）", "SJZ-6")
    api_keys.add(key, now)
    return key, secret


def all_keys() -> list[ApiKey]:
    """Every key, oldest first, also those that work no more."""
    return sorted(api_keys.all_keys(), key=lambda key: (key.created, key.id))


def revoke(key_id: str) -> ApiKey:
    """Stop a key from this moment on; one that is stopped already stays as it is. `Refused` when there is no such key."""
    while True:
        key = api_keys.load(key_id.strip())
        if key is None:
            raise Refused("没有这个编号的密钥：请用 ./mingxin key list 查看编号（以 k_ 开头）")
        if key.revoked:
            return key
        try:
            return api_keys.revoke(key, clock.now())
        except Conflict:  # somebody revokes the same key at this moment: look again
            continue


def identify(secret: str) -> ApiKey | None:
    """The key whose text this is; None when there is none, when its last day is over, or when it was revoked."""
    if not well_formed(secret):
        return None
    key = api_keys.load(api_keys.id_of(secret))
    if key is None or key.revoked or (key.expires is not None and clock.today() > key.expires):
        return None
    return key


def note_use(key: ApiKey) -> None:
    """Note that a key was used today."""
    api_keys.note_use(key, clock.today())


def may_come_from(key: ApiKey, address: str) -> bool:
    """Whether a key may be used from an address; one without networks may be used from anywhere."""
    if not key.networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ipaddress.ip_network(network) for network in key.networks)


def may_read(key: ApiKey, item: str, day: date) -> bool:
    """Whether a key may read records of a catalogue item on a day: its own items and those granted for a special need (HY-23b).

    The class of the item decides apart from this, and first: nothing here makes it wider.
    """
    return not key.items or item in key.items or any(item in grant.items and day <= grant.until for grant in key.grants)


def providers_of(key: ApiKey) -> tuple[str, ...]:
    """The USCCs of the providers for which a key may submit."""
    return tuple(scope.partition(":")[2] for scope in key.scopes if scope.startswith(f"{SUBMIT}:"))


def new_secret() -> str:
    """The text of a new key: a prefix to know it by, 256 random bits, and a check."""
    body = PREFIX + _base32(secrets.token_bytes(32))
    return body + _check(body)


def well_formed(secret: str) -> bool:
    """Whether a text has the form of a key and its check is right."""
    return bool(_FORM.fullmatch(secret)) and secret[-_CHECKED:] == _check(secret[:-_CHECKED])


def checked_scope(text: str) -> str:
    """A scope in its one form, or `Refused` with what there is."""
    word, _, code = text.strip().partition(":")
    if word in (SUBMIT, MEASURES) and code:
        return f"{word}:{check_uscc(code).number}"
    if text.strip() not in SCOPES:
        raise Refused(f"权限范围“{text[:40]}”不认识。可用的有：{ALLOWED}")
    return text.strip()


def checked_network(text: str) -> str:
    """A network (CIDR) in its one form; a single address is a network of one."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError as error:
        raise Refused(f"网段“{text[:50]}”无效：请写成 203.0.113.0/24 或 2001:db8::/32，网络号以外的位须为0；单个地址也可以") from error


def checked_item(code: str) -> str:
    """A catalogue item that government bodies may read at all, or `Refused` (NT-19)."""
    item = cities.load(settings.city()).catalogue.get(code.strip())
    if item is None:
        raise Refused("信息目录中没有 {code} 这一项：请核对目录项代码", "NT-8", code=code[:60])
    if not may_see(item, "government"):
        raise Refused("目录项 {code} 不属于政府共享类：须由信息主体授权查询", "NT-19", code=item.code)
    return item.code


def checked_office(office: str | None) -> str | None:
    """The name of the office that answers for review, as it is shown with what it sends; an office, not somebody's name."""
    text = (office or "").strip()
    if len(text) > LONGEST_NAME or not (text.isprintable() or not text):
        raise Refused(f"审核责任部门请写单位内设机构或岗位的名称（最多{LONGEST_NAME}个字）")
    return text or None


def _checked_name(name: str) -> str:
    text = name.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise Refused(f"请写明密钥的名称（1至{LONGEST_NAME}个字），说明由谁的哪个系统使用")
    return text


def _few(entries: Iterable[str], what: str) -> tuple[str, ...]:
    found = tuple(entries)
    if len(found) > MOST_ENTRIES:
        raise Refused(f"{what}有{len(found)}个，一把密钥最多{MOST_ENTRIES}个：请分成几把密钥")
    return found


def _check(body: str) -> str:
    return _base32(binascii.crc32(body.encode()).to_bytes(4, "big"))


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
