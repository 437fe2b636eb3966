namespace Dragoman.Bench;

/// <summary>What every benchmark calls the same way.</summary>
internal static class WayNames
{
    public const string Direct = "direct";
    public const string BareNginx = "nginx only";
    public const string BareDotnet = ".NET only";
    public const string Peer = "Portkey, OpenAI → Anthropic";
}
