using System.Text.Json;
using Dragoman.Access.Directory;

namespace Dragoman.Administration;

/// <summary>The limits of all scopes of a caller, and the tightest of each.</summary>
internal static class EffectiveLimits
{
    /// <summary>Writes the members <c>scopes</c> and <c>effective</c> into the present object.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<LimitedScope> scopes)
    {
        writer.WriteStartArray("scopes"u8);
        foreach (var scope in scopes)
        {
            writer.WriteStartObject();
            WriteScope(writer, scope);
            StateJson.WriteLimits(writer, "limits", scope.Values);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("effective"u8);
        WriteTightest(writer, "requestsPerMinute", scopes, static values => values.RequestsPerMinute);
        WriteTightest(writer, "tokensPerMinute", scopes, static values => values.TokensPerMinute);
        WriteTightest(writer, "concurrentRequests", scopes, static values => values.ConcurrentRequests);
        writer.WriteEndObject();
    }

    private static void WriteTightest(Utf8JsonWriter writer, string name, IReadOnlyList<LimitedScope> scopes, Func<LimitValues, long?> valueOf)
    {
        var tightest = scopes.Where(scope => valueOf(scope.Values) is not null).MinBy(scope => valueOf(scope.Values));
        if (tightest is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("value"u8, valueOf(tightest.Values)!.Value);
        WriteScope(writer, tightest);
        writer.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter writer, LimitedScope scope)
    {
        writer.WriteString("scope"u8, NameOf(scope.Kind));
        writer.WriteString("id"u8, scope.Id);
    }

    private static string NameOf(ScopeKind kind) => kind switch
    {
        ScopeKind.Organization => "organization",
        ScopeKind.Team => "team",
        ScopeKind.User => "user",
        _ => "key",
    };
}
