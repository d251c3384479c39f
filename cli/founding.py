"""Founding a devnet: contracts, a law, providers with stake, and agreements that a customer opens with each of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from chain.addressbook import AddressBook
from chain.contracts import NotaryClient, PactumClient, TokenClient, ZoneClient
from chain.devnet import Anvil, DeployParameters, deploy, dev_signer
from chain.docket import Docket
from chain.hashing import ZERO_ADDRESS, text_id
from chain.offers import Offer, SignedOffer
from chain.sender import Sender
from chain.typed_data import offer_digest
from cli.demo_providers import scenario
from cli.plan import ARBITER, CUSTOMER, FIRST_ORACLE, FIRST_PROVIDER, GOVERNOR, GUARDIAN, MEMBERS, RELAY, UNIT, StackPlan
from cli.providers import largest_credit_bps
from governance import laws
from governance.errors import SuretyError
from governance.terms import parse_terms
from governance.values import BPS

FAR_FUTURE_S = 2**40 - 1
SPENDING_MONEY = 1_000_000 * UNIT
PASSWORD = "devnet"  # noqa: S105 - the keys it guards are known to everybody
LAW = "standard"
ROUTING_LAW = "eu_health"
LEAD_S = 2  # from the founding to the first committee's reign


@dataclass(frozen=True, slots=True)
class Provided:
    """One provider of a devnet: its name and what it promises, as a person reads them, its profile and its terms."""

    name: str
    promise: str
    profile: str
    terms: str


@dataclass(frozen=True, slots=True)
class Founded:
    """An agreement of the devnet."""

    agreement: int
    provider: Provided
    address: str
    start_s: int


@dataclass(frozen=True, slots=True)
class Offered:
    """What one provider of the devnet offers."""

    provider: Provided
    signed: SignedOffer


class Founder:
    """Acts for everybody while a devnet is founded. Devnets only: every key is a known one."""

    def __init__(self, anvil: Anvil, plan: StackPlan) -> None:
        self._plan = plan
        self._node = anvil.node
        self._senders: dict[int, Sender] = {}

    def sender(self, account: int) -> Sender:
        """One sender an account, so that nonces do not collide."""
        if account not in self._senders:
            self._senders[account] = Sender(self._node, dev_signer(account))
        return self._senders[account]

    def deploy(self) -> AddressBook:
        """The contracts, which belong to their timelock, the committee of four with its bonds, and a law in each seat."""
        plan = self._plan
        return deploy(
            self._node,
            self.sender(GOVERNOR),
            DeployParameters(
                members=tuple(dev_signer(FIRST_ORACLE + member).address for member in range(MEMBERS)),
                lead_s=LEAD_S,
                epoch_length_s=plan.epoch_s,
                parameters=plan.parameters,
                guardian=dev_signer(GUARDIAN).address,
                delay_s=plan.delay_s,
                laws=(laws.read(LAW),),
                routing_law=laws.read(ROUTING_LAW),
                bond=plan.bond,
                min_fee=UNIT,
                relay_fee=plan.relay_fee,
            ),
        )

    def offer(self, book: AddressBook, number: int, one: Provided, periods: int) -> Offered:
        """Registers and stakes as one of the providers, counted from 0, publishes its terms and signs its offer."""
        plan, provider = self._plan, self.sender(FIRST_PROVIDER + number)
        token = TokenClient(self._node, book.token or ZERO_ADDRESS)
        zone = ZoneClient(self._node, book.zone)
        token.mint(self.sender(GOVERNOR), provider.address, plan.stake)
        token.approve(provider, book.zone, plan.stake)
        zone.register(provider, provider.address, one.profile)
        zone.stake(provider, token.address, plan.stake)
        notary = NotaryClient(self._node, book.notary)
        if not notary.is_published(text_id(one.terms)):
            notary.publish_terms(provider, one.terms)
        offer = self._unsigned(provider.address, token.address, one, periods)
        signature = dev_signer(FIRST_PROVIDER + number).sign_digest(offer_digest(book.pactum_domain, offer))
        return Offered(one, SignedOffer(offer, signature))

    def open_all(self, book: AddressBook, offers: Sequence[Offered], start_s: int, periods: int) -> list[Founded]:
        """Opens an agreement from each offer, as the customer."""
        token, notary = TokenClient(self._node, book.token or ZERO_ADDRESS), NotaryClient(self._node, book.notary)
        customer, known = self.sender(CUSTOMER), PactumClient(self._node, book.pactum).conditions_of(token.address)
        consent = known.parameters, known.listing
        total = self._plan.fee * periods * len(offers)
        token.mint(self.sender(GOVERNOR), customer.address, total + SPENDING_MONEY)
        token.approve(customer, book.pactum, total)
        founded = []
        for one in offers:
            receipt = notary.open(customer, one.signed.offer, one.signed.signature, start_s, periods, *consent)
            founded.append(Founded(notary.opened(receipt).agreement, one.provider, one.signed.offer.provider, start_s))
        return founded

    def still_running(self, book: AddressBook, provided: Sequence[Provided]) -> list[Founded]:
        """The agreements that an earlier run opened with these providers and that are not closed; in the providers' order."""
        docket, pactum = Docket(self._node, book, "latest"), PactumClient(self._node, book.pactum)
        docket.refresh()
        by_terms = {text_id(one.terms): one for one in provided}
        found = {
            by_terms[record.terms].name: Founded(record.id, by_terms[record.terms], record.provider, record.start_s)
            for record in docket.agreements().values()
            if record.terms in by_terms and not pactum.agreement_of(record.id).closed
        }
        return [found[one.name] for one in provided if one.name in found]

    def write_keystores(self) -> None:
        """One keystore a role, all with the devnet's password."""
        roles = {"governor": GOVERNOR, "relay": RELAY, "customer": CUSTOMER, "arbiter": ARBITER, "guardian": GUARDIAN}
        roles |= {f"oracle-{member}": FIRST_ORACLE + member for member in range(MEMBERS)}
        roles |= {f"provider-{one.name}": FIRST_PROVIDER + number for number, one in enumerate(scenario(1_000))}
        for role, account in roles.items():
            path = self._plan.state.keystore(role)
            if not path.exists():
                dev_signer(account).save(path, PASSWORD, light=True)

    def _unsigned(self, provider: str, token: str, one: Provided, periods: int) -> Offer:
        plan, terms = self._plan, parse_terms(one.terms, one.name)
        return Offer(
            provider=provider,
            customer=ZERO_ADDRESS,
            token=token,
            terms=text_id(one.terms),
            law=text_id(laws.read(LAW)),
            fee=plan.fee,
            deposit=plan.deposit,
            max_credit_bps=largest_credit_bps(terms),
            max_slash_bps=max(tier.slash_bps for tier in terms.tiers),
            min_provider_bps=BPS - plan.parameters.validator_bps - plan.parameters.dao_bps,
            period_kind=terms.kind,
            period_length=terms.period_s,
            max_periods=periods,
            notice_periods=1,
            lead=1,
            expiry=FAR_FUTURE_S,
            nonce=secrets.randbits(256),
        )


class TemplateChanged(SuretyError):
    """The terms that ship for the demo are not of the form that the demo fills in."""


def terms_for(template: str, name: str, url: str, period_s: int) -> str:
    """The demo's terms with a provider's own name, address and period. Raises TemplateChanged where one has no place."""
    replacements = {
        "demo-inference": name,
        "http://127.0.0.1:8900/v1/completions": url,
        "duration: 10s": f"duration: {period_s}s",
    }
    text = template
    for old, new in replacements.items():
        if old not in text:
            raise TemplateChanged(f"no {old!r} in the demo's terms", value=old, remedy="restore cli/terms/demo.yaml")
        text = text.replace(old, new)
    return text


def demo_template() -> str:
    """The terms that the demo and the local stack start from; ``examples/demo.yaml`` shows them to people."""
    return (files("cli.terms") / "demo.yaml").read_text("utf-8")
