/// The version of this package.
public enum Version {
    /// As in semantic versioning, such as `0.1.0`.
    public static let number = "0.2.0"
}
