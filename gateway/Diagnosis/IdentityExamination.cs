using Dragoman.Identity;
using Dragoman.Pipeline;
using Dragoman.Providers;

namespace Dragoman.Diagnosis;

/// <summary>Gets a token of Microsoft Entra ID for each purpose that the configuration has.</summary>
internal sealed class IdentityExamination(GatewaySnapshot snapshot, DoctorOptions options)
{
    private const string Subject = "identity";

    public async IAsyncEnumerable<Finding> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var scopes = Scopes().Distinct().ToList();
        if (scopes.Count == 0)
            yield return new(Subject, "tokens", FindingState.Skipped, "nothing needs Microsoft Entra ID");
        foreach (var (scope, purpose) in scopes)
        {
            foreach (var finding in await AskAsync(scope, purpose, cancellation).ConfigureAwait(false))
                yield return finding;
        }
    }

    private IEnumerable<(string Scope, string Purpose)> Scopes()
    {
        foreach (var vault in SecretExamination.VaultsOf(snapshot.Configuration))
        {
            // A vault asks for tokens for the domain that it is in. Only a cloud of its own asks for others.
            if (vault.VerifiesChallenge && vault.Uri.Host.Split('.', 2) is [_, var domain])
                yield return ($"https://{domain}/.default", $"the vault {vault.Uri.Host}");
        }

        if (snapshot.Store?.TokenScope is { } store)
            yield return (store, "the store");
        foreach (var settings in snapshot.Configuration.Providers)
        {
            if (AzureOpenAIProvider.TokenScopeOf(settings) is { } scope)
                yield return (scope, $"provider {settings.Name}");
        }
    }

    private async Task<IReadOnlyList<Finding>> AskAsync(string scope, string purpose, CancellationToken cancellation)
    {
        try
        {
            var token = await Patience.RunAsync(options.Patience, ending => snapshot.Tokens.GetAsync(scope, ending).AsTask(), cancellation).ConfigureAwait(false);
            return [new(Subject, "tokens", FindingState.Good, $"{snapshot.Tokens.Source ?? "the credential"} gave a token for {purpose}: {TokenHolder.Of(token)}")];
        }
        catch (TimeoutException error)
        {
            return [new(Subject, "tokens", FindingState.Failed, $"{purpose}: {error.Message}", "name the source of tokens in /identity/chain, so that no other is tried first")];
        }
        catch (EntraException error)
        {
            var failed = new Finding(Subject, "tokens", FindingState.Failed, $"{purpose}: {error.Message}", error.Attempts.Count == 0 ? error.Details : "make one of the sources below work");
            return [failed, .. error.Attempts.Select(attempt => new Finding(Subject, attempt.Source, FindingState.Failed, attempt.Answer, attempt.Advice))];
        }
    }
}
