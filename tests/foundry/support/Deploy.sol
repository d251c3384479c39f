// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../../contracts/interfaces/ICommittee.sol";
import {ILawStone} from "../../../contracts/interfaces/ILawStone.sol";
import {INotary} from "../../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../../contracts/interfaces/ITribunal.sol";
import {IZone} from "../../../contracts/interfaces/IZone.sol";
import {VM} from "./Vm.sol";

/// @notice The contracts as they ship, by name: what is not imported is not compiled anew for every test that uses it.
library Deploy {
    /// @notice Whom a Pactum is created to work with.
    struct Parts {
        address governor;
        address zone;
        address committee;
        address tribunal;
        address notary;
        address treasury;
    }

    /// @notice What a Committee asks of its members.
    struct Bonding {
        uint32 epochLength;
        address token;
        uint256 bond;
        uint16 reporterBps;
    }

    function lawStone(address governor, address committee_) internal returns (ILawStone) {
        return ILawStone(VM.deployCode("LawStone.sol:LawStone", abi.encode(governor, committee_)));
    }

    function zone(address pactum_) internal returns (IZone) {
        return IZone(VM.deployCode("Zone.sol:Zone", abi.encode(pactum_)));
    }

    function tribunal(address pactum_) internal returns (ITribunal) {
        return ITribunal(VM.deployCode("Tribunal.sol:Tribunal", abi.encode(pactum_)));
    }

    function notary(address pactum_, address zone_, address committee_, address lawStone_) internal returns (INotary) {
        return INotary(VM.deployCode("Notary.sol:Notary", abi.encode(pactum_, zone_, committee_, lawStone_)));
    }

    function committee(address governor, address pactum_, Bonding memory bonding) internal returns (ICommittee) {
        return ICommittee(VM.deployCode("Committee.sol:Committee", abi.encode(governor, pactum_, bonding)));
    }

    function pactum(Parts memory parts) internal returns (IPactum) {
        return IPactum(VM.deployCode("Pactum.sol:Pactum", abi.encode(parts)));
    }
}
