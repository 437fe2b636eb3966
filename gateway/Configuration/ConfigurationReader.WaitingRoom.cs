using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/access/waitingRoom</c>.</summary>
public sealed partial class ConfigurationReader
{
    private WaitingRoomSettings ReadWaitingRoom(JsonNode? node, string pointer)
    {
        if (node is null)
            return WaitingRoomSettings.None;
        var members = Members(node, pointer, "most", "mostPerTeam", "seconds");
        var most = Places(members, "most", pointer) ?? WaitingRoomSettings.None.Most;
        return new(most, Places(members, "mostPerTeam", pointer) ?? most, Seconds(members, "seconds", pointer) ?? WaitingRoomSettings.None.Longest);
    }

    private int? Places(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value is JsonValue number && number.TryGetValue<double>(out var places) && places == Math.Truncate(places) && places >= 1 && places <= WaitingRoomSettings.Greatest)
            return (int)places;
        Broken($"{pointer}/{name}", $"must be a whole number from 1 to {WaitingRoomSettings.Greatest}");
        return null;
    }
}
