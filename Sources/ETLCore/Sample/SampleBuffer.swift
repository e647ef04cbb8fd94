/// A fixed stretch of bytes to format rows into: no String and no allocation for each row.
struct SampleBuffer: ~Copyable {
    private let bytes: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        bytes = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        bytes.deallocate()
    }

    mutating func removeAll() {
        count = 0
    }

    borrowing func withBytes<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try body(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        (bytes + count).update(from: text.utf8Start, count: length)
        count += length
    }

    mutating func append(_ byte: UInt8) {
        reserve(1)
        bytes[count] = byte
        count += 1
    }

    /// Appends the low `digits` · 5 bits of a number in Crockford's base 32, as ULIDs have it.
    mutating func appendCrockford(_ value: UInt64, digits: Int) {
        let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        reserve(digits)
        var rest = value
        for position in stride(from: count + digits - 1, through: count, by: -1) {
            bytes[position] = alphabet.utf8Start[Int(rest & 31)]
            rest >>= 5
        }
        count += digits
    }

    /// Appends a number in decimal, with leading zeros up to `width`.
    mutating func appendDecimal(_ value: UInt, width: Int = 1) {
        var length = 1
        var power: UInt = 10
        while length < width || (length < 20 && value >= power) {
            length += 1
            power = power &* 10
        }
        reserve(length)
        var rest = value
        for position in stride(from: count + length - 1, through: count, by: -1) {
            bytes[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += length
    }

    private func reserve(_ length: Int) {
        precondition(length <= capacity - count, "a row is longer than SampleBatch.maximumRowSize")
    }
}
