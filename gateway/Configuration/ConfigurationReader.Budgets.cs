using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/budgets</c>.</summary>
public sealed partial class ConfigurationReader
{
    private const string Refuse = "refuse";

    private BudgetPolicy ReadBudgets(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "journal", "unknownPrice", "storeAway");
        return new(
            Text(members, "journal", pointer) ?? Path.Combine(DataFolder, "journal"),
            Choice("unknownPrice", "allow"),
            Choice("storeAway", "serve"));

        bool Choice(string name, string other)
        {
            var text = Text(members, name, pointer);
            if (text is not null && text != Refuse && text != other)
                Unknown($"{pointer}/{name}", text, [Refuse, other]);
            return text == other;
        }
    }
}
