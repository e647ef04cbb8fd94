/// One batch file as it was written.
public struct SampleFile: Sendable, Equatable, Encodable {
    /// The batch's number.
    public let batch: Int
    /// Where it stands.
    public let path: String
    /// Its rows, the dirty ones included.
    public let rows: Int
    /// Its size.
    public let bytes: Int
}

/// What a whole generation wrote.
public struct SampleSummary: Sendable, Equatable, Encodable {
    /// Files written.
    public private(set) var files = 0
    /// Rows in all files.
    public private(set) var rows = 0
    /// Bytes in all files.
    public private(set) var bytes = 0

    mutating func add(_ file: SampleFile) {
        files += 1
        rows += file.rows
        bytes += file.bytes
    }
}
