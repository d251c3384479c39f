// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../../contracts/interfaces/ICommittee.sol";
import {ILawStone} from "../../../contracts/interfaces/ILawStone.sol";
import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {IZone} from "../../../contracts/interfaces/IZone.sol";
import {VM} from "./Vm.sol";

/// @notice The contracts as they ship, by name: what is not imported is not compiled anew for every test that uses it.
library Deploy {
    function lawStone(address governor) internal returns (ILawStone) {
        return ILawStone(VM.deployCode("LawStone.sol:LawStone", abi.encode(governor)));
    }

    function zone(address pactum_) internal returns (IZone) {
        return IZone(VM.deployCode("Zone.sol:Zone", abi.encode(pactum_)));
    }

    function committee(address governor, uint32 epochLength) internal returns (ICommittee) {
        return ICommittee(VM.deployCode("Committee.sol:Committee", abi.encode(governor, epochLength)));
    }

    function pactum(address governor, address zone_, address committee_, address lawStone_, address treasury) internal returns (IPactum) {
        return IPactum(VM.deployCode("Pactum.sol:Pactum", abi.encode(governor, zone_, committee_, lawStone_, treasury)));
    }
}
