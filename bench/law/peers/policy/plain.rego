# The policy of bench/law/peers/workload.py, a rule for each of its sentences.
package law

import rego.v1

best := min(eligible)[1]

eligible contains [offer.price_micro_usd, offer.id] if {
	some offer in data.offers
	protected(offer)
	fit(offer)
	affordable(offer)
}

protected(_) if input.user_jurisdiction != "eu"

protected(offer) if {
	offer.owner != "us"
	offer.gdpr
}

fit(_) if input.data_classification != "phi"

fit(offer) if {
	offer.hipaa
	offer.country == input.country
}

affordable(offer) if offer.capacity != "spot"

affordable(offer) if {
	input.inference_type == "batch"
	offer.price_micro_usd <= 1500000
}
