using System.Text.Json.Nodes;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>A configuration with every existing member, and functions that damage it.</summary>
internal static class FullConfiguration
{
    public const string Secret = "sk-sentinel-0123456789";

    public const string Json =
        """
        {
          "$schema": "docs/gateway.schema.json",
          "providers": {
            "claude": { "dialect": "anthropic", "apiKey": "sk-sentinel-0123456789", "options": { "version": "2023-06-01", "auth": "bearer" } },
            "azure": {
              "dialect": "azure-openai", "baseUrl": "https://name.openai.azure.com/openai/v1", "apiKey": "sk-sentinel-0123456789", "publish": "none",
              "options": { "auth": "api-key", "apiVersion": "2024-10-21", "deployments": false, "scope": "https://example.com/.default", "baseModels": { "mine": "gpt-5" } }
            },
            "g": { "dialect": "gemini", "direct": false, "httpVersion": "2", "options": {} },
            "mistral": {
              "dialect": "mistral", "publish": "all", "httpVersion": 1.1,
              "timeouts": { "connectSeconds": 1, "firstEventSeconds": 2.5, "idleSeconds": 3e1, "totalSeconds": 86400, "afterClientSeconds": 20 }
            },
            "desk": { "dialect": "openai", "baseUrl": "http://127.0.0.1:1234/v1", "options": { "server": "vllm", "mergeSystem": true, "echoReasoningContent": "toolCalls", "responses": false } }
          },
          "models": {
            "llama3.2:latest": {
              "provider": "mistral", "model": "mistral-small-latest", "aliases": ["tiny", "acme/tiny:1b"], "capabilities": ["completion", "vision"],
              "contextLength": 1000, "embeddingLength": 10, "family": "llama", "parameterSize": "3B", "quantization": "Q4_K_M",
              "price": {
                "input": 0.15, "cacheRead": 0.0125, "cacheWrite": 0.2, "cacheWriteHour": 0.4, "output": 6e-1, "reasoning": 1, "audioInput": 10, "audioCacheRead": 5,
                "audioOutput": 1000000, "imageInput": 0, "imageOutput": 30, "search": 0.01,
                "longContext": {
                  "above": 200000, "input": 0.3, "cacheRead": 0.025, "cacheWrite": 0.4, "cacheWriteHour": 0.8, "output": 1, "reasoning": 1.5, "audioInput": 20, "audioCacheRead": 10,
                  "audioOutput": 2000, "imageInput": 0.1, "imageOutput": 60
                },
                "tiers": { "flex": { "factor": 2, "input": 0.25, "longContext": { "output": 2 }, "search": 0.02 }, "batch": 0.5, "priority": 0.5, "fast": { "output": 6 }, "ultrafast": 6 },
                "regions": { "us": 1.1, "eu": 1.1, "data-zone": 1.2, "regional": 1.25 }
              }
            },
            "best": { "targets": [{ "provider": "claude", "model": "claude-opus-5" }, { "provider": "desk", "model": "qwen" }] }
          },
          "access": {
            "mode": "both", "allowOpenNetwork": false, "origins": ["https://app.example.com", "chrome-extension://*", "*"],
            "hosts": ["dragoman.example.com", "10.0.0.1", "*"], "downloads": "any",
            "adminKey": "sk-sentinel-0123456789", "stateKey": "keyvault:state-key", "frontKey": "keyvault:front-key", "earlierFrontKey": "keyvault:earlier-front-key", "adminPort": 5082, "proxies": ["127.0.0.0/8", "::1", "10.1.2.3"],
            "keyless": { "team": "local", "networks": ["127.0.0.0/8"] }, "storeAway": { "seconds": 60, "then": "serve" },
            "waitingRoom": { "most": 50, "mostPerTeam": 20, "seconds": 1.5 },
            "issuers": [
              {
                "issuer": "https://login.example.com/tenant/v2.0", "audiences": ["api://dragoman", "11111111-2222"], "discovery": "https://login.example.com/tenant/.well-known/openid-configuration?appid=1",
                "algorithms": ["RS256", "ES512"], "clockSkewSeconds": 0,
                "rules": [
                  { "when": { "groups": ["research-*", "science"], "realm_access.roles": "member" }, "team": "team-{department}", "user": "{email} of {idp}", "roles": ["lead"] },
                  { "team": "everyone" },
                  { "when": {}, "roles": ["admin", "auditor"] }
                ]
              },
              { "issuer": "http://127.0.0.1:8080/", "audiences": ["x"], "rules": [{ "team": "{azp}" }] }
            ]
          },
          "keyVault": { "uri": "https://name.vault.azure.net", "refreshSeconds": 600, "verifyChallenge": true, "eventsKey": "sk-sentinel-0123456789" },
          "store": { "connection": "sqlite:data/dragoman.db" },
          "budgets": { "journal": "data/journal", "unknownPrice": "allow", "storeAway": "serve", "entriesDays": 400, "webhook": { "url": "https://hooks.example.com/budgets?from=dragoman", "secret": "whsec_c2stc2VudGluZWwtMDEyMzQ1Njc4OWFiY2RlZg==" } },
          "answers": { "cost": "events" },
          "identity": { "clientId": "11111111-2222-3333-4444-555555555555", "tenantId": "contoso.example", "chain": ["workload", "managed", "azureCli"], "authorityHost": "https://login.example.com/" },
          "limits": {
            "requestBytes": 1048576, "downloadBytes": 1e6, "answerBytes": 2147483647, "memoryBytes": 402653184, "drainSeconds": 1, "workSeconds": 10, "keepAliveSeconds": 0.5, "stalledClientSeconds": 2
          },
          "prices": { "file": "Configuration/prices.json", "replace": false, "providers": { "azure": { "list": "azure-openai", "region": "data-zone" } } }
        }
        """;

    public static JsonNode Parse() => JsonNode.Parse(Json)!;

    /// <summary>Every value below a node and the node itself, with its JSON pointer.</summary>
    public static IEnumerable<(string Pointer, JsonNode Node)> Nodes(JsonNode node, string pointer = "")
    {
        yield return (pointer, node);
        var children = node switch
        {
            JsonObject members => members.Select(member => (Name: member.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal), Value: member.Value!)),
            JsonArray items => items.Select((item, index) => (Name: $"{index}", Value: item!)),
            _ => [],
        };
        foreach (var (name, value) in children)
        {
            foreach (var below in Nodes(value, $"{pointer}/{name}"))
                yield return below;
        }
    }

    /// <summary>The configuration with another value at a pointer. The value is JSON text and need not be valid.</summary>
    public static string With(string pointer, string value)
    {
        // Replaces a marker in the text, because the value may be something that a tree cannot hold.
        const string mark = "the value that goes here";
        if (pointer.Length == 0)
            return value;
        var root = Parse();
        var node = Nodes(root).Single(each => each.Pointer == pointer).Node;
        node.ReplaceWith(JsonValue.Create(mark));
        return root.ToJsonString().Replace($"\"{mark}\"", value, StringComparison.Ordinal);
    }

    /// <summary>The configuration with one more member at the end of the object at a pointer.</summary>
    public static string WithMember(string pointer, string name, string value)
    {
        var members = Nodes(Parse()).Single(each => each.Pointer == pointer).Node.AsObject();
        var separator = members.Count == 0 ? "" : ",";
        return With(pointer, $"{members.ToJsonString()[..^1]}{separator}{name}:{value}}}");
    }
}
