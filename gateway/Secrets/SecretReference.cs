namespace Dragoman.Secrets;

/// <summary>
/// A reference to a secret: <c>env:NAME</c>, <c>file:PATH</c>, <c>keyvault:NAME</c>, <c>keyvault:NAME/VERSION</c>, or the value
/// itself. Variables and files are read together with the configuration; a vault is asked when the secret is needed.
/// </summary>
public sealed class SecretReference : IEquatable<SecretReference>
{
    /// <summary>What references begin with, in any case.</summary>
    private static readonly string[] Schemes = [EnvironmentScheme, FileScheme, KeyVaultScheme];

    private const string EnvironmentScheme = "env:";
    private const string FileScheme = "file:";
    private const string KeyVaultScheme = "keyvault:";

    /// <summary>Characters of a secret's name and of its version, as Key Vault limits the name.</summary>
    private const int LongestName = 127;

    private const string KeyVaultRule = "keyvault: needs the name of a secret, such as keyvault:my-key or keyvault:my-key/VERSION; allowed: letters, digits and '-'";

    private readonly bool isReadAgain;

    private SecretReference(SecretSource source, string name, string? value, bool isReadAgain)
    {
        (Source, Name, Value) = (source, name, value);
        this.isReadAgain = isReadAgain;
    }

    public SecretSource Source { get; }

    /// <summary>The name of the variable, the path of the file, or the name in the vault; empty for a literal.</summary>
    public string Name { get; }

    /// <summary>The version in the vault; null for the newest one.</summary>
    public string? Version { get; private init; }

    /// <summary>The vault; null when the secret is in none.</summary>
    public KeyVaultSettings? Vault { get; private init; }

    /// <summary>The value at the time when the configuration was read; null for the secret of a vault. Never logged.</summary>
    public string? Value { get; }

    /// <summary>Whether the value may become another one while the process runs.</summary>
    public bool MayChange => isReadAgain;

    /// <summary>Whether a text is a reference, and not the secret itself.</summary>
    public static bool IsReference(string text) => Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a reference, and the value of a variable or a file.</summary>
    /// <param name="text">The reference from the configuration.</param>
    /// <param name="environment">Returns the value of a variable, or null when it is not set.</param>
    /// <param name="vault">The configured vault; null when there is none.</param>
    /// <exception cref="SecretException">The reference has no valid form, or its secret is missing or not valid. The message names the reference, never the value.</exception>
    public static SecretReference Read(string text, Func<string, string?> environment, KeyVaultSettings? vault = null)
    {
        if (text.StartsWith(EnvironmentScheme, StringComparison.OrdinalIgnoreCase))
            return OfVariable(text[EnvironmentScheme.Length..], environment);
        if (text.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
            return OfFile(text[FileScheme.Length..]);
        return text.StartsWith(KeyVaultScheme, StringComparison.OrdinalIgnoreCase) ? OfVault(text[KeyVaultScheme.Length..], vault) : OfLiteral(SecretText.Check(text, null));
    }

    /// <summary>Reads a secret that must be known at once.</summary>
    /// <inheritdoc cref="Read(string, Func{string, string?}, KeyVaultSettings?)"/>
    public static string Resolve(string text, Func<string, string?> environment) =>
        text.StartsWith(KeyVaultScheme, StringComparison.OrdinalIgnoreCase)
            ? throw new SecretException("keyvault: is not possible here; allowed: env:NAME, file:PATH or the value itself")
            : Read(text, environment).Value!;

    /// <summary>The value of a variable, which was checked.</summary>
    public static SecretReference OfVariable(string name, string value) => new(SecretSource.Variable, name, value, isReadAgain: false);

    /// <summary>A value, which was checked.</summary>
    public static SecretReference OfLiteral(string value) => new(SecretSource.Literal, "", value, isReadAgain: false);

    /// <summary>Whether it is the same secret. What a file held when it was read does not count if the file is read again: its secret lives on.</summary>
    public bool Equals(SecretReference? other) =>
        other is not null && (Source, Name, Version, Vault, isReadAgain) == (other.Source, other.Name, other.Version, other.Vault, other.isReadAgain) && (isReadAgain || Value == other.Value);

    public override bool Equals(object? obj) => Equals(obj as SecretReference);

    public override int GetHashCode() => HashCode.Combine(Source, Name, Version, Vault, isReadAgain ? null : Value);

    /// <summary>The reference as the configuration has it; a literal is not shown.</summary>
    public override string ToString() => Source switch
    {
        SecretSource.Variable => EnvironmentScheme + Name,
        SecretSource.File => FileScheme + Name,
        SecretSource.KeyVault => KeyVaultScheme + Name + (Version is null ? "" : "/" + Version),
        _ => "a literal",
    };

    private static SecretReference OfVariable(string name, Func<string, string?> environment)
    {
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') || name.Length == 0)
            throw new SecretException("env: needs the name of a variable, such as env:MY_KEY");
        if (environment(name) is { } value)
            return OfVariable(name, SecretText.OfVariable(name, value));
        // A name with a hyphen may be the key itself, which must not be shown.
        throw new SecretException(
            name.Contains('-', StringComparison.Ordinal) ? "the environment variable that follows env: is not set" : $"environment variable {name} is not set",
            SecretFault.Missing);
    }

    private static SecretReference OfFile(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new SecretException("file: needs a path, such as file:/run/secrets/my_key");
        return new(SecretSource.File, path, SecretFile.Read(path), SecretFile.CanBeReadAgain(path));
    }

    private static SecretReference OfVault(string text, KeyVaultSettings? vault)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (name, version) = slash < 0 ? (text, null) : (text[..slash], text[(slash + 1)..]);
        // A wrong name may be the key itself, which must not be shown.
        if (!IsName(name) || (version is not null && !IsName(version)))
            throw new SecretException(KeyVaultRule);
        return vault is null
            ? throw new SecretException("keyvault: needs the address of the vault in /keyVault/uri, such as https://name.vault.azure.net")
            : new(SecretSource.KeyVault, name, null, isReadAgain: version is null) { Version = version, Vault = vault };

        static bool IsName(string text) => text.Length is > 0 and <= LongestName && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');
    }
}
