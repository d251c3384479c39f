"""A small project of one contract, with a test for it, to try the tools on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

CONTRACT = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Kept} from "./libraries/Kept.sol";

/* a + b in a comment is no code */
contract Till {
    error TooMuch(uint256 asked, uint256 left);

    event Taken(address by, uint256 amount);

    uint256 internal constant FEE = 2; // "a < b"
    uint256 public left = 100;

    modifier once() {
        require(left == 100, "a == b");
        _;
    }

    function take(uint256 amount) external once returns (uint256) {
        if (amount > left) revert TooMuch(amount, left);
        left -= amount + FEE;
        emit Taken(msg.sender, amount);
        return Kept.half(left);
    }

    function code() external pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := add(1, 2)
        }
    }
}
"""
LIBRARY = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

library Kept {
    function half(uint256 amount) internal pure returns (uint256) {
        return amount / 2;
    }
}
"""
# Notices a wrong fee and a wrong half; not whether the event or the limit is right.
TEST = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Till} from "../../contracts/Till.sol";

contract TillTest {
    function test_takingCostsAFee() public {
        Till till = new Till();
        require(till.take(7) == 45 && till.left() == 91);
    }

    function testFuzz_nothing(uint256) public {}
}
"""
SETTINGS = """[profile.default]
src = "contracts"
test = "tests/foundry"
libs = []
out = ".build/forge/out"
cache_path = ".build/forge/cache"
solc = "tools/solc"
evm_version = "cancun"
deny = "warnings"
"""


@pytest.fixture
def till(tmp_path: Path, repository: Path) -> Path:
    """The project's folder."""
    files = {
        "contracts/Till.sol": CONTRACT,
        "contracts/libraries/Kept.sol": LIBRARY,
        "tests/foundry/Till.t.sol": TEST,
        "tests/vectors/none.json": "{}",
        "foundry.toml": SETTINGS,
        "docs/mutation-survivors.md": "# Survivors\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "tools").mkdir()
    shutil.copy2(repository / "tools" / "solc", tmp_path / "tools" / "solc")
    (tmp_path / "node_modules").symlink_to(repository / "node_modules")
    return tmp_path
