using Azure;

namespace Dragoman.Identity;

/// <summary>There is no token of Microsoft Entra ID. The message is short, and names no tenant, client or address, so that callers may see it.</summary>
public sealed class EntraException : Exception
{
    internal EntraException(Exception cause, IReadOnlyList<CredentialAttempt> attempts)
        : base(null, cause) =>
        Attempts = attempts;

    public override string Message =>
        IsMissing ? "The gateway found no credential for Microsoft Entra ID; it needs a managed identity, a login of Azure's tools, or the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."
        : IsSlow ? "Microsoft Entra ID did not answer the gateway in time."
        : IsUnreachable ? "Microsoft Entra ID cannot be reached by the gateway."
        : "Microsoft Entra ID gave the gateway no token.";

    /// <summary>What was tried, in its order; empty when nothing could be tried.</summary>
    public IReadOnlyList<CredentialAttempt> Attempts { get; }

    /// <summary>Whether there is no credential at all, so that another try is of no use before somebody has changed something.</summary>
    public bool IsMissing => Attempts.Count > 0 && Attempts.All(attempt => attempt.IsUnavailable);

    /// <summary>What was tried, what each source answered and what can be done: one line, for operators only.</summary>
    public string Details => Attempts.Count == 0
        ? OneLine.Of(InnerException!.Message)
        : string.Join(" | ", Attempts.Select(attempt => $"{attempt.Source}: {attempt.Answer} ({attempt.Advice})"));

    /// <summary>Whether there was no answer in time.</summary>
    public bool IsSlow => InnerException is OperationCanceledException or TimeoutException;

    /// <summary>Whether no source could be reached.</summary>
    public bool IsUnreachable => InnerException is RequestFailedException;
}
