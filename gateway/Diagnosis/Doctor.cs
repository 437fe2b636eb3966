using System.Runtime.CompilerServices;
using Dragoman.Configuration;
using Dragoman.Pipeline;

namespace Dragoman.Diagnosis;

/// <summary>
/// Examines what the gateway needs, with the gateway's own classes, in an order that a person on call can follow: what a later finding
/// depends on comes first.
/// </summary>
/// <param name="options">How thoroughly.</param>
/// <param name="clock">The source of all time values.</param>
public sealed class Doctor(DoctorOptions options, TimeProvider clock)
{
    /// <summary>Examines everything, and returns each finding as soon as those before it are known. Providers are examined at the same time.</summary>
    /// <param name="snapshot">The configuration. Its store, tokens and connections are used.</param>
    /// <param name="cancellation">Ends the examination.</param>
    public async IAsyncEnumerable<Finding> ExamineAsync(GatewaySnapshot snapshot, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var finding in ConfigurationFindings(snapshot.Configuration))
            yield return finding;
        await foreach (var finding in new IdentityExamination(snapshot, options).RunAsync(cancellation).ConfigureAwait(false))
            yield return finding;
        await foreach (var finding in new SecretExamination(snapshot, options).RunAsync(cancellation).ConfigureAwait(false))
            yield return finding;

        // They take the longest, so they begin before the store.
        var providers = snapshot.Configuration.Providers.Select(settings => new ProviderExamination(snapshot, settings, options, clock).RunAsync(cancellation)).ToList();
        var gateway = new GatewayExamination(options).RunAsync(cancellation);
        foreach (var finding in await new StoreExamination(snapshot.Store, options, clock).RunAsync(cancellation).ConfigureAwait(false))
            yield return finding;
        foreach (var provider in providers)
        {
            foreach (var finding in await provider.ConfigureAwait(false))
                yield return finding;
        }

        foreach (var finding in await gateway.ConfigureAwait(false))
            yield return finding;
    }

    private static IEnumerable<Finding> ConfigurationFindings(GatewayConfiguration configuration)
    {
        const string Subject = "configuration";
        yield return new(
            Subject, "content", FindingState.Good, $"{Counted(configuration.Providers.Count, "provider")}, {Counted(configuration.Models.Count, "model")}, access {configuration.Access.Mode.ToString().ToLowerInvariant()}");
        foreach (var notice in configuration.Notices)
        {
            // That a variable has turned a provider on is what the operator wanted.
            var isWanted = notice.StartsWith("provider ", StringComparison.Ordinal);
            yield return new(Subject, "notice", isWanted ? FindingState.Good : FindingState.Warning, notice);
        }
    }

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
