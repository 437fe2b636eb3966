namespace Dragoman.Bench;

/// <summary>The names of the ways that all benchmarks share.</summary>
internal static class WayNames
{
    public const string Direct = "direct";
    public const string BareNginx = "nginx only";
    public const string BareDotnet = ".NET only";
    public const string Peer = "Portkey, OpenAI → Anthropic";
}
