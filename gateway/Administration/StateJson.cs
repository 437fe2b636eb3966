using System.Buffers;
using System.Text.Json;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Wire;

namespace Dragoman.Administration;

/// <summary>The whole state of each thing as the API shows it and as the audit log keeps it. None of it is secret.</summary>
internal static class StateJson
{
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            write(writer);
        return output.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Of(Organization organization) => Of(writer =>
    {
        writer.WriteStartObject();
        WriteAllow(writer, organization.Allow);
        WriteLimits(writer, "limits", organization.Limits);
        WriteBudgets(writer, "budgets", organization.Budgets);
        WriteTagBudgets(writer, organization.TagBudgets);
        writer.WriteString("timeZone"u8, organization.TimeZone);
        writer.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Of(Team team) => Of(writer => Write(writer, team));

    public static ReadOnlyMemory<byte> Of(User user) => Of(writer => Write(writer, user));

    public static ReadOnlyMemory<byte> Of(TeamKey key, DateTimeOffset now) => Of(writer => Write(writer, key, now, text: null));

    /// <summary>The state of a new key with its text, which is shown this once.</summary>
    public static ReadOnlyMemory<byte> Of(TeamKey key, DateTimeOffset now, string text) => Of(writer => Write(writer, key, now, text));

    public static void Write(Utf8JsonWriter writer, Team team)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, team.Id);
        writer.WriteString("name"u8, team.Name);
        writer.WriteBoolean("disabled"u8, team.IsDisabled);
        WriteAllow(writer, team.Allow);
        WriteLimits(writer, "limits", team.Limits);
        WriteLimits(writer, "userLimits", team.UserLimits);
        WriteBudgets(writer, "budgets", team.Budgets);
        WriteBudgets(writer, "userBudgets", team.UserBudgets);
        WriteTagBudgets(writer, team.TagBudgets);
        writer.WriteString("timeZone"u8, team.TimeZone);
        WriteTags(writer, team.Tags);
        WriteTime(writer, "createdAt", team.CreatedAt);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, User user)
    {
        writer.WriteStartObject();
        writer.WriteString("team"u8, user.Team);
        writer.WriteString("id"u8, user.Id);
        writer.WriteString("name"u8, user.Name);
        writer.WriteBoolean("disabled"u8, user.IsDisabled);
        WriteRoles(writer, user.Roles);
        WriteLimits(writer, "limits", user.Limits);
        WriteBudgets(writer, "budgets", user.Budgets);
        WriteTime(writer, "createdAt", user.CreatedAt);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, TeamKey key, DateTimeOffset now, string? text)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, key.Id);
        if (text is not null)
            writer.WriteString("key"u8, text);
        writer.WriteString("team"u8, key.Team);
        writer.WriteString("name"u8, key.Name);
        writer.WriteString("user"u8, key.User);
        writer.WriteString("state"u8, key.RevokedAt is not null ? "revoked"u8 : key.ExpiresAt <= now ? "expired"u8 : "active"u8);
        WriteAllow(writer, key.Allow);
        WriteLimits(writer, "limits", key.Limits);
        WriteBudgets(writer, "budgets", key.Budgets);
        WriteTags(writer, key.Tags);
        WriteTime(writer, "createdAt", key.CreatedAt);
        WriteTime(writer, "expiresAt", key.ExpiresAt);
        WriteTime(writer, "revokedAt", key.RevokedAt);
        writer.WriteString("replaces"u8, key.Replaces);
        writer.WriteString("replacedBy"u8, key.ReplacedBy);
        writer.WriteEndObject();
    }

    public static void WriteRoles(Utf8JsonWriter writer, IReadOnlyList<Role> roles)
    {
        writer.WriteStartArray("roles"u8);
        foreach (var role in roles)
            writer.WriteStringValue(RoleName.Of(role));
        writer.WriteEndArray();
    }

    public static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            writer.WriteString(name, Timestamp.TextOf(known));
        else
            writer.WriteNull(name);
    }

    public static void WriteLimits(Utf8JsonWriter writer, string name, LimitValues limits)
    {
        writer.WriteStartObject(name);
        WriteNumber(writer, "requestsPerMinute", limits.RequestsPerMinute);
        WriteNumber(writer, "tokensPerMinute", limits.TokensPerMinute);
        WriteNumber(writer, "concurrentRequests", limits.ConcurrentRequests);
        writer.WriteEndObject();
    }

    public static void WriteBudgets(Utf8JsonWriter writer, string name, BudgetValues budgets)
    {
        writer.WriteStartObject(name);
        WriteMoney(writer, "day", budgets.Day);
        WriteMoney(writer, "week", budgets.Week);
        WriteMoney(writer, "month", budgets.Month);
        WriteMoney(writer, "total", budgets.Total);
        WritePart(writer, "warnAt", budgets.WarnAt);
        writer.WriteEndObject();
    }

    private static void WriteTagBudgets(Utf8JsonWriter writer, IReadOnlyDictionary<string, BudgetValues> budgets)
    {
        writer.WriteStartObject("tagBudgets"u8);
        foreach (var (label, values) in budgets)
            WriteBudgets(writer, label, values);
        writer.WriteEndObject();
    }

    /// <summary>Writes picodollars as US dollars, with as few digits as possible.</summary>
    public static void WriteMoney(Utf8JsonWriter writer, string name, long? amount)
    {
        if (amount is { } known)
            writer.WriteNumber(name, Picodollars.ToDollars(known));
        else
            writer.WriteNull(name);
    }

    public static void WritePart(Utf8JsonWriter writer, string name, decimal? part)
    {
        if (part is { } known)
            writer.WriteNumber(name, known);
        else
            writer.WriteNull(name);
    }

    /// <summary>Writes the members of the rules into the present object.</summary>
    public static void WriteAllowMembers(Utf8JsonWriter writer, AllowRules allow)
    {
        WriteTexts(writer, "models", allow.Models);
        WriteTexts(writer, "endpoints", allow.Endpoints);
        WriteTexts(writer, "networks", allow.Networks);
    }

    public static void WriteTags(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> tags)
    {
        writer.WriteStartObject("tags"u8);
        foreach (var (name, value) in tags)
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private static void WriteAllow(Utf8JsonWriter writer, AllowRules allow)
    {
        writer.WriteStartObject("allow"u8);
        WriteAllowMembers(writer, allow);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } known)
            writer.WriteNumber(name, known);
        else
            writer.WriteNull(name);
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
