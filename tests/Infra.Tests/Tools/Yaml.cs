using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Dragoman.Infra.Tests.Tools;

/// <summary>Reads YAML as JSON, so that there is one way to look into both. All values are texts.</summary>
internal static class Yaml
{
    /// <summary>The only document of a text.</summary>
    /// <exception cref="YamlDotNet.Core.YamlException">It is no YAML.</exception>
    public static JsonNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return Convert(stream.Documents.Single().RootNode)!;
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, Convert(child.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode scalar => scalar.Value,
        _ => throw new NotSupportedException($"{node.NodeType}"),
    };
}
