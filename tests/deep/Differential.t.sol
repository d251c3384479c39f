// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Rows} from "../../contracts/libraries/Rows.sol";
import {Split} from "../../contracts/libraries/Split.sol";
import {VM} from "../foundry/support/Vm.sol";

interface Files {
    function readFileBinary(string calldata path) external view returns (bytes memory);
    function readFile(string calldata path) external view returns (string memory);
    function parseUint(string calldata text) external pure returns (uint256);
}

/// @notice Rows that tools/deep.py made at random, and divided by the model in Python: the contracts' own division is the same to the unit.
contract DifferentialTest {
    using Rows for uint256;

    struct Case {
        uint256 row; // as it stands in a report
        Split.Pinned pinned;
        uint256 deposit;
        uint256 depositLeft;
        Split.Division division; // by the model
    }

    uint256 private constant SIZE = 14 * 32;
    Files private constant FILES = Files(address(VM));

    function test_solidityAndPythonDivideEveryRowAlike() public view {
        uint256 wanted = FILES.parseUint(FILES.readFile(".build/deep/count"));
        uint256 compared = 0;
        for (uint256 file = 0; compared < wanted; ++file) {
            uint256 found = this.compare(string.concat(".build/deep/rows-", VM.toString(file))); // a call gives its memory back
            VM.assertGt(found, 0);
            compared += found;
        }
        VM.assertEq(compared, wanted);
    }

    function compare(string calldata file) external view returns (uint256 count) {
        bytes memory content = FILES.readFileBinary(file);
        count = content.length / SIZE;
        VM.assertEq(content.length, count * SIZE);
        for (uint256 i = 0; i < count; ++i) {
            this.compareOne(part(content, i));
        }
    }

    function compareOne(bytes calldata given) external pure {
        Case memory case_ = abi.decode(given, (Case));
        Split.Division memory got = divided(case_);
        Split.Division memory want = case_.division;
        VM.assertEq(got.provider, want.provider, "provider");
        VM.assertEq(got.validators, want.validators, "validators");
        VM.assertEq(got.relay, want.relay, "relay");
        VM.assertEq(got.dao, want.dao, "dao");
        VM.assertEq(got.customerFromFee, want.customerFromFee, "customer from fee");
        VM.assertEq(got.customerFromDeposit, want.customerFromDeposit, "customer from deposit");
        VM.assertEq(got.slash, want.slash, "slash");
    }

    function divided(Case memory case_) private pure returns (Split.Division memory) {
        uint256 row = case_.row;
        if (row.outcome() == 1) return Split.ofMet(case_.pinned);
        if (row.outcome() == 3) return Split.ofNoData(case_.pinned);
        VM.assertEq(row.outcome(), 2, "outcome");
        return Split.ofBreach(case_.pinned, Split.Award(row.creditBps(), row.slashBps(), case_.deposit, case_.depositLeft));
    }

    function part(bytes memory content, uint256 i) private pure returns (bytes memory found) {
        found = new bytes(SIZE);
        for (uint256 offset = 0; offset < SIZE; offset += 32) {
            assembly ("memory-safe") {
                mstore(add(add(found, 32), offset), mload(add(add(content, 32), add(mul(i, SIZE), offset))))
            }
        }
    }
}
