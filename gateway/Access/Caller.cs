using Dragoman.Access.Budgets;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Conversation;
using Dragoman.Locales;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Access;

/// <summary>The caller of a request, as the access policy knows it. One object serves all requests with the same credential.</summary>
public sealed class Caller
{
    /// <summary>The team whose limits and budgets apply, and with which nothing of other teams is shared; null for an administrator without a team.</summary>
    public required string? Team { get; init; }

    /// <summary>The public id of the key; null when the caller has none.</summary>
    public string? Key { get; init; }

    /// <summary>The id of the user within the team; null when it is not known.</summary>
    public string? User { get; init; }

    /// <summary>What the caller may administrate.</summary>
    public IReadOnlyList<Role> Roles { get; init; } = [];

    /// <summary>What the caller may use. Each of them must allow it.</summary>
    public IReadOnlyList<AllowList> Allow { get; init; } = [];

    /// <summary>The scopes with limits, from the widest to the narrowest.</summary>
    public IReadOnlyList<LimitedScope> Scopes
    {
        get;
        init
        {
            field = value;
            HasRateLimits = value.Any(scope => scope.Values.RequestsPerMinute is not null || scope.Values.TokensPerMinute is not null);
            LimitsTokens = value.Any(scope => scope.Values.TokensPerMinute is not null);
        }
    }
    = [];

    /// <summary>Where the limits of the scopes are counted.</summary>
    internal BoundScopes? BoundScopes { get; set; }

    /// <summary>The budgets that pay for the caller's requests. Each of them must suffice.</summary>
    public IReadOnlyList<BudgetScope> Budgets { get; init; } = [];

    /// <summary>Whether any scope limits requests or tokens a minute.</summary>
    public bool HasRateLimits { get; private init; }

    /// <summary>Whether any scope limits tokens.</summary>
    public bool LimitsTokens { get; private init; }

    /// <summary>Labels for reports.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags.Instance;

    /// <summary>Why the caller must not use a model; null when the caller may.</summary>
    /// <param name="name">The published name.</param>
    /// <param name="taggedName">The name with Ollama's tag; null when it has none.</param>
    public GatewayError? FindModelRefusal(string name, string? taggedName)
    {
        for (var index = 0; index < Allow.Count; index++)
        {
            var allow = Allow[index];
            if (!allow.AllowsModel(name) && (taggedName is null || !allow.AllowsModel(taggedName)))
                return new GatewayError(ErrorKind.Forbidden, AccessText.ModelNotAllowed(allow.Scope, name, AllowList.Listed(allow.Rules.Models!))) { Field = "model", Code = "model_not_allowed" };
        }

        return null;
    }

    /// <summary>When the credential stops to be valid.</summary>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;
}
