namespace Dragoman.Configuration;

public sealed record WaitingRoomSettings(int Most, int MostPerTeam, TimeSpan Longest);
