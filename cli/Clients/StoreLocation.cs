using Dragoman.Configuration;
using Dragoman.Identity;
using Dragoman.Secrets;
using Dragoman.Stores;

namespace Dragoman.Cli.Clients;

/// <summary>Finds the store that a local command works on.</summary>
internal static class StoreLocation
{
    private const string ConfigVariable = "DRAGOMAN_CONFIG";

    /// <param name="option">The value of <c>--store</c>; null when it is not given.</param>
    /// <param name="context">The variables.</param>
    /// <exception cref="CliFailure">There is no valid connection.</exception>
    public static StoreConnection Find(string? option, CliContext context)
    {
        try
        {
            var reference = option is null ? Configured(context) : SecretReference.OfLiteral(SecretReference.Resolve(option, context.Variable));
            // Only who needs an identity has to have a configuration without mistakes.
            var tokens = new Lazy<EntraTokens>(() => new(IdentityOf(context), context.Clock));
            if (reference.Value is not { } text)
                return StoreConnection.Of(reference, new SecretStore(TimeProvider.System, () => tokens.Value.Credential), tokens.Value);
            var connection = StoreConnection.Parse(text);
            return connection.TokenScope is null ? connection : StoreConnection.Parse(text, tokens.Value);
        }
        catch (FormatException error)
        {
            throw CliFailure.Usage($"{(option is null ? "/store/connection" : "--store")}: {error.Message}");
        }
        catch (SecretException error)
        {
            throw CliFailure.Usage($"--store: {error.Message}");
        }
        catch (ConfigurationException error)
        {
            throw CliFailure.Usage(string.Join("; ", error.Mistakes));
        }
    }

    private static SecretReference Configured(CliContext context)
    {
        var file = context.Variable(ConfigVariable);
        return ConfigurationReader.ReadStoreConnection(file, context.Environment, file is null ? null : $"environment variable {ConfigVariable}");
    }

    private static IdentitySettings IdentityOf(CliContext context)
    {
        var file = context.Variable(ConfigVariable);
        return ConfigurationReader.ReadIdentitySettings(file, context.Environment, file is null ? null : $"environment variable {ConfigVariable}");
    }
}
