// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Long texts as contract code
/// @notice A text is cut into chunks, each kept as the code of a contract of its own behind a STOP byte: a quarter of the price of
/// storage, and nothing can run or change it.
library Texts {
    uint256 internal constant CHUNK = 24_575; // the code size limit, less the STOP byte

    /// @dev Returns all that follows it: CODECOPY of the code behind these eleven bytes, and RETURN.
    bytes11 private constant CONSTRUCTOR = 0x600B5981380380925939F3;

    error ChunkNotStored(uint256 chunk);

    function store(bytes calldata text) internal returns (address[] memory chunks) {
        uint256 count = (text.length + CHUNK - 1) / CHUNK;
        chunks = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 end = i + 1 == count ? text.length : (i + 1) * CHUNK;
            chunks[i] = keep(text[i * CHUNK:end]);
            if (chunks[i] == address(0)) revert ChunkNotStored(i);
        }
    }

    function load(address[] memory chunks) internal view returns (bytes memory text) {
        for (uint256 i = 0; i < chunks.length; ++i) {
            text = bytes.concat(text, _codeAfterStop(chunks[i]));
        }
    }

    /// @return created a contract whose code is a STOP byte and the data; zero where there was no gas for it
    function keep(bytes memory data) internal returns (address created) {
        bytes memory initCode = abi.encodePacked(CONSTRUCTOR, bytes1(0), data);
        assembly ("memory-safe") {
            created := create(0, add(initCode, 32), mload(initCode))
        }
    }

    function _codeAfterStop(address chunk) private view returns (bytes memory code) {
        uint256 length = chunk.code.length - 1;
        code = new bytes(length);
        assembly ("memory-safe") {
            extcodecopy(chunk, add(code, 32), 1, length)
        }
    }
}
