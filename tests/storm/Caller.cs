using System.Text.Json.Nodes;

namespace Dragoman.Storm;

/// <summary>A key, and the budgets that pay for it.</summary>
/// <param name="Key">The key.</param>
internal sealed record Caller(string Key)
{
    /// <summary>The public id of the key.</summary>
    public string Id => Key.Substring("dgm_".Length, 12);

    /// <summary>Creates teams, users and keys with budgets, of which some run out during the storm.</summary>
    /// <param name="field">The gateways.</param>
    /// <param name="isSmall">Whether few requests can be expected.</param>
    public static async Task<IReadOnlyList<Caller>> CreateAsync(StormField field, bool isSmall)
    {
        var scale = isSmall ? 0.1m : 1;
        await field.AdministrateAsync("PATCH", "organization", Budgets("total", 1000));
        var callers = new List<Caller>();
        await AddAsync("rich", 1000, null, null, 4);
        await AddAsync("middling", 0.6m, 0.2m, null, 4);
        await AddAsync("users", 500, null, 0.05m, 6);
        await AddAsync("poor", 0.1m, null, null, 3);
        // It runs out after a few requests, also of a slow machine.
        await AddAsync("tiny", 0.003m / scale, null, null, 2);
        await AddAsync("poorest", 0.03m, 0.02m, 0.015m, 2);
        return callers;

        async Task AddAsync(string team, decimal ofTeam, decimal? ofKey, decimal? ofUser, int keys)
        {
            var members = Budgets("total", ofTeam * scale);
            members["id"] = team;
            if (ofUser is not null)
                members["userBudgets"] = new JsonObject { ["day"] = ofUser * scale };
            await field.AdministrateAsync("POST", "teams", members);
            for (var number = 0; number < keys; number++)
            {
                var user = $"u{number / 2}";
                if (number % 2 == 0)
                    await field.AdministrateAsync("POST", "users", new JsonObject { ["team"] = team, ["id"] = user });
                var key = ofKey is null ? [] : Budgets("month", ofKey.Value * scale);
                key["team"] = team;
                key["user"] = user;
                callers.Add(new((string)(await field.AdministrateAsync("POST", "keys", key))["key"]!));
            }
        }
    }

    private static JsonObject Budgets(string period, decimal dollars) => new() { ["budgets"] = new JsonObject { [period] = dollars } };
}
