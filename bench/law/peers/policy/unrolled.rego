# The same policy, written for speed: what the request alone decides is decided first, and each case has a loop of its own.
package law

import rego.v1

european if input.user_jurisdiction == "eu"

health if input.data_classification == "phi"

batch if input.inference_type == "batch"

best := min([[o.price_micro_usd, o.id] |
	some o in data.offers
	o.owner != "us"
	o.gdpr
	o.hipaa
	o.country == input.country
	affordable(o)
])[1] if {
	european
	health
}

best := min([[o.price_micro_usd, o.id] |
	some o in data.offers
	o.owner != "us"
	o.gdpr
	affordable(o)
])[1] if {
	european
	not health
}

best := min([[o.price_micro_usd, o.id] |
	some o in data.offers
	o.hipaa
	o.country == input.country
	affordable(o)
])[1] if {
	not european
	health
}

best := min([[o.price_micro_usd, o.id] |
	some o in data.offers
	affordable(o)
])[1] if {
	not european
	not health
}

affordable(offer) if offer.capacity != "spot"

affordable(offer) if {
	batch
	offer.price_micro_usd <= 1500000
}
