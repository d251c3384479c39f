"""The only door to the chain: typed clients, EIP-712 digests, keys, events, the docket of agreements and a local devnet.

Nothing here is imported by ``governance``; everything that knows Ethereum (web3, eth_account, coincurve, ABIs) stays in here.
Addresses are EIP-55 strings, words and hashes are ``bytes``, money and times are integers.
"""
