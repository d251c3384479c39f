// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILawStone} from "./interfaces/ILawStone.sol";
import {Texts} from "./libraries/Texts.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title Where laws stand
contract LawStone is ILawStone, Ownable2Step {
    struct Law {
        Status status;
        address[] chunks;
    }

    mapping(bytes32 law => Law) private _laws;

    /// @param governor who enacts and breaks laws; meant to be a timelock
    constructor(address governor) Ownable(governor) {}

    /// @inheritdoc ILawStone
    function publish(bytes calldata text) external returns (bytes32 law) {
        if (text.length == 0) revert EmptyLaw();
        law = keccak256(text);
        Law storage record = _laws[law];
        if (record.status != Status.None) revert AlreadyPublished(law);

        record.status = Status.Published;
        record.chunks = Texts.store(text);
        emit Published(law, msg.sender, text.length);
    }

    /// @inheritdoc ILawStone
    function enact(bytes32 law) external onlyOwner {
        Law storage record = _existing(law);
        if (record.status != Status.Published) revert NotEnactable(law, record.status);

        record.status = Status.Enacted;
        emit Enacted(law);
    }

    /// @inheritdoc ILawStone
    function breakLaw(bytes32 law) external onlyOwner {
        Law storage record = _existing(law);
        if (record.status != Status.Enacted) revert NotBreakable(law, record.status);

        record.status = Status.Broken;
        emit Broken(law);
    }

    /// @inheritdoc ILawStone
    function statusOf(bytes32 law) external view returns (Status) {
        return _laws[law].status;
    }

    /// @inheritdoc ILawStone
    function textOf(bytes32 law) external view returns (bytes memory) {
        return Texts.load(_existing(law).chunks);
    }

    function _existing(bytes32 law) private view returns (Law storage record) {
        record = _laws[law];
        if (record.status == Status.None) revert NotPublished(law);
    }
}
