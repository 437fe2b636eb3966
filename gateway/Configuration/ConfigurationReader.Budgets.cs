using System.Text.Json.Nodes;
using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/budgets</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string Refuse = "refuse";

    private const string SecretRule = $"{BudgetWebhookSettings.SecretPrefix} and 24 to 64 bytes in base64";

    private BudgetPolicy ReadBudgets(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "journal", "unknownPrice", "storeAway", "entriesDays", "webhook");
        return new(
            Text(members, "journal", pointer) ?? Path.Combine(DataFolder, "journal"),
            Choice("unknownPrice", "allow"),
            Choice("storeAway", "serve"))
        {
            EntriesDays = Days(Count(members, "entriesDays", pointer)),
            Webhook = ReadWebhook(members["webhook"], pointer + "/webhook"),
        };

        int Days(int? days)
        {
            if (days > BudgetPolicy.MostEntriesDays)
                Broken($"{pointer}/entriesDays", $"must be a whole number up to {BudgetPolicy.MostEntriesDays}");
            return days ?? BudgetPolicy.UsualEntriesDays;
        }

        bool Choice(string name, string other)
        {
            var text = Text(members, name, pointer);
            if (text is not null && text != Refuse && text != other)
                Unknown($"{pointer}/{name}", text, [Refuse, other]);
            return text == other;
        }
    }

    /// <summary>Null after a mistake.</summary>
    private BudgetWebhookSettings? ReadWebhook(JsonNode? node, string pointer)
    {
        if (node is null)
            return null;
        var members = Members(node, pointer, "url", "secret");
        var (url, secret) = (Text(members, "url", pointer), ReadWebhookSecret(members, pointer));
        if (members["url"] is null)
            Mistake(pointer + "/url", "is required: the URL that gets the messages; allowed: an https URL");
        if (url is not null && !IsUrlToCall(url, mayHaveQuery: true))
            Broken(pointer + "/url", "must be an https URL of visible ASCII characters without user and fragment; http is allowed for this machine's own addresses");
        return url is null || secret is null || !IsUrlToCall(url, mayHaveQuery: true) ? null : new(new Uri(url), secret);
    }

    private SecretReference? ReadWebhookSecret(JsonObject members, string pointer)
    {
        if (members["secret"] is null)
            Mistake(pointer + "/secret", $"is required: the key of the signatures; allowed: {SecretRule}");
        if (ReadSecret(members, "secret", pointer) is not { } secret)
            return null;
        if (secret.Value is null || BudgetWebhookSettings.KeyOf(secret.Value) is not null)
            return secret;
        Mistake(pointer + "/secret", $"is no key of signatures; allowed: {SecretRule}");
        return null;
    }
}
