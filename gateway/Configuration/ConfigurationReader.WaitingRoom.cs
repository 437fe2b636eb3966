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
        var most = Places(members, "most", pointer, least: 0) ?? WaitingRoomSettings.None.Most;
        return new(most, Places(members, "mostPerTeam", pointer, least: 1) ?? most, Seconds(members, "seconds", pointer) ?? WaitingRoomSettings.None.Longest);
    }

    private int? Places(JsonObject members, string name, string pointer, int least)
    {
        if (members[name] is not { } value)
            return null;
        if (value is JsonValue number && number.TryGetValue<double>(out var places) && places == Math.Truncate(places) && places >= least && places <= WaitingRoomSettings.Greatest)
            return (int)places;
        Broken($"{pointer}/{name}", $"must be a whole number from {least} to {WaitingRoomSettings.Greatest}");
        return null;
    }
}
