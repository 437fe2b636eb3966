using System.Text;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>Wrong configurations, and exactly what the operator reads about them: where it is, what is wrong, and what is allowed.</summary>
public class ConfigurationMistakeTests
{
    [Theory]
    [InlineData("""{ "provider": {} }""", "gateway.json: /provider is not known (did you mean providers?); allowed: providers, models, access, limits, store, prices, budgets, answers, identity, keyVault")]
    [InlineData("""{ "providers": { "x": {} } }""", "gateway.json: /providers/x/dialect is required; allowed: anthropic, azure-openai, gemini, mistral, openai")]
    [InlineData("""{ "providers": { "x": { "dialect": "soap" } } }""", "gateway.json: /providers/x/dialect \"soap\" is not a dialect that this version speaks; allowed: anthropic, azure-openai, gemini, mistral, openai")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "baseUrl": "ftp://a" } } }""", "gateway.json: /providers/x/baseUrl must be an http or https URL without user, password, query, fragment and spaces, such as https://api.example.com/v1")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": 5 } } }""", "gateway.json: /providers/x/apiKey must be a string")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": "env:NOT_THERE" } } }""", "gateway.json: /providers/x/apiKey environment variable NOT_THERE is not set")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "direct": "no" } } }""", "gateway.json: /providers/x/direct must be true or false")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "publish": "some" } } }""", "gateway.json: /providers/x/publish \"some\" is not known; allowed: all, none")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "timeouts": { "idleSeconds": 0 } } } }""", "gateway.json: /providers/x/timeouts/idleSeconds must be a number of seconds above 0 and up to 86400")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "server": "soap" } } } }""", "gateway.json: /providers/x/options/server \"soap\" is not known; allowed: lmstudio, vllm, mistralrs, ollama, openai, generic")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "echoReasoningContent": "some" } } } }""", "gateway.json: /providers/x/options/echoReasoningContent \"some\" is not known; allowed: never, toolCalls, always")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "mergeSystem": "yes" } } } }""", "gateway.json: /providers/x/options/mergeSystem must be true or false")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "colour": 1 } } } }""", "gateway.json: /providers/x/options/colour is not known; allowed: server, mergeSystem, echoReasoningContent, responses, version, auth, apiVersion, deployments, scope, baseModels")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": [] } } }""", "gateway.json: /providers/x/options must be an object")]
    [InlineData("""{ "providers": { "x": { "dialect": "mistral", "options": { "server": "vllm" } } } }""", "gateway.json: /providers/x/options is for the dialects openai, anthropic and azure-openai; \"mistral\" has no options")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "server": "vllm" } } } }""", "gateway.json: /providers/x/options/server is not an option of the dialect anthropic; allowed: version, auth")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "auth": "bearer" } } } }""", "gateway.json: /providers/x/options/auth is not an option of the dialect openai; allowed: server, mergeSystem, echoReasoningContent, responses")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "auth": "basic" } } } }""", "gateway.json: /providers/x/options/auth \"basic\" is not known; allowed: x-api-key, bearer")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "auth": "entra" } } } }""", "gateway.json: /providers/x/options/auth \"entra\" is not known; allowed: x-api-key, bearer")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "auth": "bearer" } } } }""", "gateway.json: /providers/x/options/auth \"bearer\" is not known; allowed: api-key, entra")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "auth": "api-key" } } } }""", "gateway.json: /providers/x/options/auth \"api-key\" needs the provider's apiKey")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "baseModels": { "d": 1 } } } } }""", "gateway.json: /providers/x/options/baseModels must be an object of strings: the name of each deployment, and that of the model behind it such as gpt-5")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai" } } }""", "gateway.json: /providers/x/baseUrl is required: the resource's own, such as https://name.openai.azure.com/openai/v1")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "version": "latest" } } } }""", "gateway.json: /providers/x/options/version \"latest\" is not a version of Anthropic's API; allowed: a date such as 2023-06-01")]
    [InlineData("""{ "providers": [] }""", "gateway.json: /providers must be an object, one member an entry")]
    [InlineData("""{ "models": { "a/b": { "provider": "p", "model": "m" } } }""", "gateway.json: /models/a~1b/provider \"p\" is not a configured provider; configure one under /providers first")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a b": { "provider": "p", "model": "m" } } }""", "gateway.json: /models/a b \"a b\" is not a model name; allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "capabilities": ["magic"] } } }""", "gateway.json: /models/a/capabilities \"magic\" is not a capability; allowed: completion, tools, insert, vision, embedding, thinking, audio")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p" } } }""", "gateway.json: /models/a/model is required: the provider's name of the model")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "targets": [] } } }""", "gateway.json: /models/a/targets must be a list of at least one {\"provider\", \"model\"}")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "x//y" } } }""", "gateway.json: /models/a/model \"x//y\" cannot be a model of the provider's; " + UpstreamName.Rule)]
    [InlineData("""{ "providers": { "p": { "dialect": "gemini" } }, "models": { "a": { "targets": [ { "provider": "p", "model": "my model" } ] } } }""", "gateway.json: /models/a/targets/0/model \"my model\" cannot be a model of the provider's; " + UpstreamName.PathRule)]
    [InlineData("""{ "providers": { "p": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com" } }, "models": { "a": { "provider": "p", "model": "x/y" } } }""", "gateway.json: /models/a/model \"x/y\" cannot be a model of the provider's; " + UpstreamName.PathRule)]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "aliases": ["ok", "../../x"] } } }""", "gateway.json: /models/a/aliases \"../../x\" is not a model name; allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "aliases": [" "] } } }""", "gateway.json: /models/a/aliases \" \" is not a model name; allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "baseUrl": "https://a.test/v1#x" } } }""", "gateway.json: /providers/x/baseUrl must be an http or https URL without user, password, query, fragment and spaces, such as https://api.example.com/v1")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": "" } } }""", "gateway.json: /providers/x/apiKey must not be empty; leave it out, or give it a value")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": "sentinel\u00e9" } } }""", "gateway.json: /providers/x/apiKey holds a line end, a control character or a character beyond ASCII; allowed: 1 to 8192 visible ASCII characters, as the provider shows the key")]
    [InlineData("""{ "access": { "origins": "*" } }""", "gateway.json: /access/origins must be a list of strings")]
    [InlineData("""{ "access": { "origins": ["example.com"] } }""", "gateway.json: /access/origins \"example.com\" is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any")]
    [InlineData("""{ "access": { "origins": ["https://*.*"] } }""", "gateway.json: /access/origins \"https://*.*\" is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any")]
    [InlineData("""{ "access": { "hosts": ["http://x"] } }""", "gateway.json: /access/hosts \"http://x\" is not a host's name; allowed: a name or address without scheme and port, or \"*\" for any")]
    [InlineData("""{ "limits": { "memoryBytes": 1000 } }""", "gateway.json: /limits/memoryBytes must be a whole number of bytes from 16777216 to 1099511627776")]
    [InlineData("""{ "limits": { "memoryBytes": "1 GB" } }""", "gateway.json: /limits/memoryBytes must be a whole number of bytes from 16777216 to 1099511627776")]
    [InlineData("""{ "limits": { "requestBytes": -1 } }""", "gateway.json: /limits/requestBytes must be a whole number above 0")]
    [InlineData("[]", "gateway.json: must be a JSON object")]
    [InlineData("""{ "models": {} "limits": {} }""", "gateway.json: is not valid JSON at line 1, byte 16: '\"' is invalid after a value. Expected either ',', '}', or ']'")]
    [InlineData("""{ "limits": { "requestBytes": 1, "requestBytes": 2 } }""", "gateway.json: /limits/requestBytes is given twice; allowed: once")]
    [InlineData("""{ "limits": {}, "Limits": {} }""", "gateway.json: /Limits is given twice, here and as \"limits\"; allowed: once, in any case")]
    [InlineData("""{ "models": null }""", "gateway.json: /models must not be null; leave it out, or give it a value")]
    [InlineData("""{ "access": { "hosts": ["a.test", null] } }""", "gateway.json: /access/hosts/1 must not be null; leave it out, or give it a value")]
    [InlineData("""{ "access": { "hosts": ["\ud800"] } }""", "gateway.json: /access/hosts/0 holds half of a surrogate pair; allowed: whole characters")]
    [InlineData("""{ "limits": { "\udc00": 1 } }""", "gateway.json: /limits has a member whose name holds half of a surrogate pair; allowed: whole characters")]
    [InlineData("", "gateway.json: is empty; allowed: a JSON object such as {}")]
    [InlineData("\"text\"", "gateway.json: must be a JSON object")]
    [InlineData("// only a comment", "gateway.json: is not valid JSON at line 1, byte 18: The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true")]
    [InlineData("""{ "model": {} }""", "gateway.json: /model is not known (did you mean models?); allowed: providers, models, access, limits, store, prices, budgets, answers, identity, keyVault")]
    [InlineData("""{ "limits": { "requestbyte": 1 } }""", "gateway.json: /limits/requestbyte is not known (did you mean requestBytes?); allowed: requestBytes, downloadBytes, answerBytes, memoryBytes, keepAliveSeconds, stalledClientSeconds, drainSeconds, workSeconds")]
    [InlineData("""{ "access": { "adminkeys": "x" } }""", "gateway.json: /access/adminkeys is not known (did you mean adminKey?); allowed: mode, allowOpenNetwork, origins, hosts, downloads, adminKey, stateKey, frontKey, earlierFrontKey, adminPort, proxies, keyless, storeAway, waitingRoom, issuers")]
    [InlineData("""{ "access": { "mode": "key" } }""", "gateway.json: /access/mode \"key\" is not known (did you mean keys?); allowed: open, keys, jwt, both")]
    [InlineData("""{ "access": { "mode": true } }""", "gateway.json: /access/mode must be a string")]
    [InlineData("""{ "access": [] }""", "gateway.json: /access must be an object")]
    [InlineData("""{ "access": { "allowOpenNetwork": "true" } }""", "gateway.json: /access/allowOpenNetwork must be true or false")]
    [InlineData("""{ "access": { "frontKey": "short-sentinel" } }""", "gateway.json: /access/frontKey is shorter than 32 characters, so that it could be guessed")]
    [InlineData("""{ "access": { "frontKey": "0123456789abcdef0123456789abcdef", "earlierFrontKey": "short-sentinel" } }""", "gateway.json: /access/earlierFrontKey is shorter than 32 characters, so that it could be guessed")]
    [InlineData("""{ "access": { "earlierFrontKey": "0123456789abcdef0123456789abcdef" } }""", "gateway.json: /access/earlierFrontKey is of use only beside frontKey, the key that replaces it")]
    [InlineData("""{ "access": { "adminKey": "short" } }""", "gateway.json: /access/adminKey is shorter than 16 characters, so that it could be guessed")]
    [InlineData("""{ "access": { "adminPort": 70000 } }""", "gateway.json: /access/adminPort must be a port from 1 to 65535")]
    [InlineData("""{ "access": { "proxies": ["10.0.0.1/8"] } }""", "gateway.json: /access/proxies/0 \"10.0.0.1/8\" is not a network; allowed: a network such as 10.0.0.0/8 or 2001:db8::/32, whose bits after the prefix are zero, or an address such as 10.1.2.3")]
    [InlineData("""{ "access": { "keyless": { "team": "A", "networks": ["::1"] } } }""", "gateway.json: /access/keyless/team \"A\" is not the id of a team; allowed: 1 to 63 of the characters a-z, 0-9 and '-', the first of them not '-'")]
    [InlineData("""{ "access": { "storeAway": { "then": "stop" } } }""", "gateway.json: /access/storeAway/then \"stop\" is not known; allowed: refuse, serve")]
    [InlineData("""{ "access": { "waitingRoom": { "most": 0 } } }""", "gateway.json: /access/waitingRoom/most must be a whole number from 1 to 100000")]
    [InlineData("""{ "access": { "downloads": "some" } }""", "gateway.json: /access/downloads \"some\" is not known; allowed: public, any, none")]
    [InlineData("""{ "access": { "mode": "jwt" } }""", "gateway.json: /access/issuers is required for the mode jwt or both: at least one issuer of tokens")]
    [InlineData("""{ "limits": { "requestBytes": 1.5 } }""", "gateway.json: /limits/requestBytes must be a whole number above 0")]
    [InlineData("""{ "limits": { "requestBytes": 1e10 } }""", "gateway.json: /limits/requestBytes must be a whole number up to 2147483647")]
    [InlineData("""{ "limits": { "drainSeconds": 86401 } }""", "gateway.json: /limits/drainSeconds must be a number of seconds above 0 and up to 86400")]
    [InlineData("""{ "limits": { "stalledClientSeconds": 1 } }""", "gateway.json: /limits/stalledClientSeconds must be a number of seconds above 1 and up to 86400")]
    [InlineData("""{ "store": { "connection": "" } }""", "gateway.json: /store/connection must not be empty; leave it out, or give it a value")]
    [InlineData("""{ "budgets": { "unknownPrice": "deny" } }""", "gateway.json: /budgets/unknownPrice \"deny\" is not known; allowed: refuse, allow")]
    [InlineData("""{ "budgets": { "entriesDays": 40000 } }""", "gateway.json: /budgets/entriesDays must be a whole number up to 36500")]
    [InlineData("""{ "answers": { "cost": "header" } }""", "gateway.json: /answers/cost \"header\" is not known (did you mean headers?); allowed: headers, events, off")]
    [InlineData("""{ "prices": { "replace": true } }""", "gateway.json: /prices/replace replaces the built-in prices by those of a file, but there is no file; allowed: true only with a file")]
    [InlineData("""{ "providers": { "a b": { "dialect": "openai" } } }""", "gateway.json: /providers/a b \"a b\" is not a provider's name; allowed: up to 80 letters, digits, '_', '.' and '-' of ASCII, the first of them a letter, a digit or '_'")]
    [InlineData("""{ "providers": { "x": { "dialect": "openaj" } } }""", "gateway.json: /providers/x/dialect \"openaj\" is not a dialect that this version speaks (did you mean openai?); allowed: anthropic, azure-openai, gemini, mistral, openai")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "httpVersion": "3" } } }""", "gateway.json: /providers/x/httpVersion \"3\" is not known; allowed: \"1.1\", \"2\"")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": "file:/not/there" } } }""", "gateway.json: /providers/x/apiKey file /not/there does not exist")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "q", "model": "m" } } }""", "gateway.json: /models/a/provider \"q\" is not a configured provider (did you mean p?); allowed: p")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "targets": [{ "provider": "p", "model": "m" }] } } }""", "gateway.json: /models/a has both targets and provider/model; give one of them")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m" }, "A:latest": { "provider": "p", "model": "m" } } }""", "gateway.json: /models/A:latest is the same name as \"a\"; allowed: each name once, in any case, with or without :latest")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "aliases": ["A"] } } }""", "gateway.json: /models/a/aliases \"A\" is already a name or an alias of \"a\"; allowed: each name once, in any case, with or without :latest")]
    public void A_mistake_names_its_place_and_what_is_allowed(string json, string mistake) => Assert.Equal([mistake], MistakesOf(json));

    [Fact]
    public void Aliases_that_lead_to_each_other_are_told_in_both_places() => Assert.Equal(
        [
            "gateway.json: /models/a/aliases \"b\" is already a name or an alias of \"b\"; allowed: each name once, in any case, with or without :latest",
            "gateway.json: /models/b/aliases \"a\" is already a name or an alias of \"a\"; allowed: each name once, in any case, with or without :latest",
        ],
        MistakesOf("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "aliases": ["b"] }, "b": { "provider": "p", "model": "m", "aliases": ["a"] } } }"""));

    [Theory]
    [InlineData("DRAGOMAN__limits__requestBytes", "many", "/limits/requestBytes must be a whole number above 0")]
    [InlineData("DRAGOMAN__limits__requestBites", "1", "/limits/requestBites is not known (did you mean requestBytes?); allowed: requestBytes, downloadBytes, answerBytes, memoryBytes, keepAliveSeconds, stalledClientSeconds, drainSeconds, workSeconds")]
    [InlineData("DRAGOMAN__limits", "[1]", "/limits must be an object")]
    [InlineData("DRAGOMAN__limits", "{\"requestBytes\": }", "/limits is not valid JSON at line 1, byte 18: '}' is an invalid start of a value")]
    [InlineData("DRAGOMAN__providers__x__dialect", "", "/providers/x/dialect must not be empty; leave it out, or give it a value")]
    [InlineData("DRAGOMAN__access__hosts", "a.test", "/access/hosts must be a list of strings, in a variable as JSON: [\"a\", \"b\"]")]
    [InlineData("DRAGOMAN__", "1", "names no member; allowed: DRAGOMAN__ and the members' names with two underscores between them, such as DRAGOMAN__limits__requestBytes")]
    public void A_mistake_in_a_variable_names_it(string variable, string value, string mistake) =>
        Assert.Equal([$"environment variable {variable}: {mistake}"], MistakesOf("{}", (variable, value)));

    [Fact]
    public void A_variable_that_contradicts_the_file_is_told() => Assert.Equal(
        [
            "environment variable DRAGOMAN__limits__requestBytes__x: /limits/requestBytes is no object but a value in gateway.json; allowed: one of the two",
            "environment variable dragoman__LIMITS__workSeconds: /LIMITS/workSeconds is given twice, here and as DRAGOMAN__limits__workSeconds; allowed: once, in any case",
        ],
        MistakesOf("""{ "limits": { "requestBytes": 1 } }""", ("DRAGOMAN__limits__requestBytes__x", "1"), ("DRAGOMAN__limits__workSeconds", "1"), ("dragoman__LIMITS__workSeconds", "2")).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(new byte[] { 0xff, 0xfe, 0x7b, 0x00, 0x00, 0xd8 }, "gateway.json: is not valid UTF-16; allowed: UTF-8")]
    [InlineData(new byte[] { 0x7b, 0xc3, 0x28 }, "gateway.json: is not UTF-8 text: byte 2 begins no character; allowed: UTF-8")]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf }, "gateway.json: is empty; allowed: a JSON object such as {}")]
    public void A_file_that_is_no_text_is_told(byte[] bytes, string mistake) =>
        Assert.Equal([mistake], Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(bytes, "gateway.json", new Dictionary<string, string>())).Mistakes);

    [Fact]
    public void A_byte_order_mark_and_comments_are_no_mistakes()
    {
        var text = "/* one */ { \"limits\": { \"requestBytes\": 7, } } // two";
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
            Assert.Equal(7, ConfigurationReader.Read([.. encoding.GetPreamble(), .. encoding.GetBytes(text)], "gateway.json", new Dictionary<string, string>()).Limits.RequestBytes);
    }

    private static IReadOnlyList<string> MistakesOf(string json, params (string Name, string Value)[] environment) =>
        Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(json, "gateway.json", environment.ToDictionary(pair => pair.Name, pair => pair.Value))).Mistakes;
}
