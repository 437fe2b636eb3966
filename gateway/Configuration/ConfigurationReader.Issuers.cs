using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/access/issuers</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string TemplateRule = "each { needs a claim's name and a }, such as {oid}";

    private static readonly SearchValues<char> NotInUrlToCall = SearchValues.Create("\"#@\\{}");

    private List<IssuerSettings> ReadIssuers(JsonObject access, string pointer)
    {
        pointer += "/issuers";
        if (access["issuers"] is not { } node)
            return [];
        if (node is not JsonArray list)
        {
            Broken(pointer, "must be a list of objects, one for each issuer");
            return [];
        }

        var issuers = new List<IssuerSettings>();
        foreach (var (index, item) in list.Index())
        {
            if (ReadIssuer(item, $"{pointer}/{index}") is not { } issuer)
                continue;
            if (issuers.Exists(other => other.Issuer == issuer.Issuer))
                Mistake($"{pointer}/{index}/issuer", $"{Printable.Quote(issuer.Issuer)} is given twice; allowed: each issuer once, with all its audiences and rules");
            issuers.Add(issuer);
        }

        return issuers;
    }

    /// <summary>Null after a mistake without which nothing else of the issuer can be read.</summary>
    private IssuerSettings? ReadIssuer(JsonNode? node, string pointer)
    {
        var members = Members(node, pointer, "issuer", "audiences", "discovery", "algorithms", "clockSkewSeconds", "rules");
        var audiences = ReadSome(members, "audiences", pointer, "must be a list of at least one string: the aud values of the tokens that are for this gateway");
        var algorithms = ReadAlgorithms(members, pointer);
        var skew = ReadClockSkew(members, pointer);
        var discovery = ReadIssuerUrl(members, "discovery", pointer, mayHaveQuery: true);
        var rules = ReadRules(members, pointer);
        if (members["issuer"] is null)
            Mistake(pointer + "/issuer", "is required: the iss of the tokens, such as https://login.microsoftonline.com/TENANT-ID/v2.0; allowed: an https URL");
        if (ReadIssuerUrl(members, "issuer", pointer, mayHaveQuery: false) is not { } issuer)
            return null;
        var settings = new IssuerSettings(issuer, audiences, rules) { Algorithms = algorithms, ClockSkew = skew };
        return discovery is null ? settings : settings with { Discovery = new Uri(discovery) };
    }

    /// <summary>The URL as it is written, because the <c>iss</c> of a token is compared character by character.</summary>
    private string? ReadIssuerUrl(JsonObject members, string name, string pointer, bool mayHaveQuery)
    {
        if (Text(members, name, pointer) is not { } text)
            return null;
        if (IsUrlToCall(text, mayHaveQuery))
            return text;
        var place = text.Contains('{', StringComparison.Ordinal) ? "; a tenant's id cannot be left open, so give each tenant's own issuer instead of {tenantid}" : "";
        Broken($"{pointer}/{name}", $"must be an https URL of visible ASCII characters without user{(mayHaveQuery ? "" : ", query")} and fragment; http is allowed for this machine's own addresses{place}");
        return null;
    }

    /// <summary>Whether the gateway may call a URL of the operator by itself: nobody on the way must be able to read or change what it gets.</summary>
    private static bool IsUrlToCall(string text, bool mayHaveQuery) =>
        (text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal))
        && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !text.AsSpan().ContainsAny(NotInUrlToCall)
        && (mayHaveQuery || !text.Contains('?', StringComparison.Ordinal))
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url is { UserInfo: "", Host.Length: > 0, Port: > 0 }
        && (url.Scheme == Uri.UriSchemeHttps || url.IsLoopback);

    private IReadOnlyList<string> ReadAlgorithms(JsonObject members, string pointer)
    {
        if (members["algorithms"] is null)
            return IssuerSettings.KnownAlgorithms;
        var algorithms = ReadSome(members, "algorithms", pointer, $"must be a list of at least one of {string.Join(", ", IssuerSettings.KnownAlgorithms)}");
        foreach (var unknown in algorithms.Except(IssuerSettings.KnownAlgorithms))
        {
            var why = unknown.StartsWith("HS", StringComparison.OrdinalIgnoreCase) ? "is not allowed, because whoever can check its signatures can also make them"
                : unknown.Equals("none", StringComparison.OrdinalIgnoreCase) ? "is not allowed, because it is no signature"
                : "is not known";
            Unknown(pointer + "/algorithms", unknown, IssuerSettings.KnownAlgorithms, why);
        }

        return [.. algorithms.Distinct()];
    }

    private TimeSpan ReadClockSkew(JsonObject members, string pointer)
    {
        if (members["clockSkewSeconds"] is not { } value)
            return IssuerSettings.DefaultClockSkew;
        if (value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() is >= 0 and var seconds && seconds <= IssuerSettings.MostClockSkew.TotalSeconds)
            return TimeSpan.FromSeconds(seconds);
        Broken(pointer + "/clockSkewSeconds", $"must be a number of seconds from 0 to {IssuerSettings.MostClockSkew.TotalSeconds}");
        return IssuerSettings.DefaultClockSkew;
    }

    private List<ClaimRule> ReadRules(JsonObject members, string pointer)
    {
        pointer += "/rules";
        if (members["rules"] is not JsonArray { Count: > 0 } list)
        {
            Broken(pointer, "must be a list of at least one rule, such as {\"when\": {\"groups\": \"GROUP-ID\"}, \"team\": \"research\"}");
            return [];
        }

        return [.. list.Select((item, index) => ReadRule(item, $"{pointer}/{index}"))];
    }

    private ClaimRule ReadRule(JsonNode? node, string pointer)
    {
        var members = Members(node, pointer, "when", "team", "user", "roles");
        if (members["team"] is null && members["roles"] is null)
            Mistake(pointer, "has no effect; it must have a team, or roles, or both");
        return new ClaimRule(ReadConditions(members, pointer + "/when"), ReadTeamOf(members, pointer), ReadTemplate(members, "user", pointer), ReadRoles(members, pointer));
    }

    private List<ClaimCondition> ReadConditions(JsonObject rule, string pointer)
    {
        if (rule["when"] is not { } node)
            return [];
        if (node is not JsonObject claims)
        {
            Broken(pointer, "must be an object of claims and their values");
            return [];
        }

        var conditions = new List<ClaimCondition>();
        foreach (var (claim, value) in claims)
        {
            var at = $"{pointer}/{ConfigurationText.Escape(claim)}";
            if (!ClaimName.Is(claim))
                Mistake(at, $"is not a claim's name; allowed: {ClaimName.Rule}");
            var values = value is JsonArray ? ReadSome(claims, claim, pointer, "must be a string, or a list of at least one string")
                : Text(claims, claim, pointer) is { } text ? [text]
                : [];
            foreach (var wrong in values.Where(each => each.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star && star < each.Length - 1))
                Mistake(at, $"{Printable.Quote(wrong)} has a * in it; allowed: at most one, at the end, for all values that begin with what precedes it");
            conditions.Add(new ClaimCondition(claim, values));
        }

        return conditions;
    }

    private ClaimTemplate? ReadTeamOf(JsonObject rule, string pointer)
    {
        if (ReadTemplate(rule, "team", pointer) is not { } team)
            return null;
        var canBeId = team.HasClaims
            ? !team.Text.StartsWith('-') && team.Parts.All(part => part.IsClaim || TeamId.HasOnlyIdLetters(part.Text))
            : TeamId.Is(team.Text);
        if (canBeId)
            return team;
        Mistake(pointer + "/team", $"{Printable.Quote(team.Text)} cannot be a team's id; allowed: {TeamId.Rule}, and placeholders such as {{department}}");
        return null;
    }

    private ClaimTemplate? ReadTemplate(JsonObject rule, string name, string pointer)
    {
        if (Text(rule, name, pointer) is not { } text)
            return null;
        if (ClaimTemplate.TryParse(text, out var template))
            return template;
        Mistake($"{pointer}/{name}", $"{Printable.Quote(text)} is not a text with placeholders; allowed: {TemplateRule}");
        return null;
    }

    private List<string> ReadRoles(JsonObject rule, string pointer)
    {
        if (rule["roles"] is null)
            return [];
        var roles = ReadSome(rule, "roles", pointer, $"must be a list of at least one of {string.Join(", ", ClaimRule.KnownRoles)}");
        foreach (var unknown in roles.Except(ClaimRule.KnownRoles))
            Unknown(pointer + "/roles", unknown, ClaimRule.KnownRoles, "is not a role");
        return [.. roles.Distinct()];
    }

    /// <summary>A list of at least one text; empty after a mistake.</summary>
    private List<string> ReadSome(JsonObject members, string name, string pointer, string rule)
    {
        if (members[name] is JsonArray { Count: > 0 })
            return ReadTexts(members, name, pointer) ?? [];
        Broken($"{pointer}/{ConfigurationText.Escape(name)}", rule);
        return [];
    }
}
