/// The version of this program.
public enum JobVersion {
    /// As the ledger keeps it.
    public static let current = "0.1.0"
}
