using System.Globalization;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>The examples of <c>/openapi.json</c>, sent to nginx with no provider but the emulator.</summary>
public class DocumentedExampleTests(FullDeployment deployment) : IClassFixture<FullDeployment>
{
    [Fact]
    public async Task Every_documented_request_is_answered_as_its_example_says()
    {
        using var served = await deployment.Stack.Client.GetAsync(new Uri("/openapi.json", UriKind.Relative));
        var document = await served.JsonAsync();
        var wrong = new List<string>();
        var count = 0;
        // The examples of the administration need the teams and keys of their documents, which the gateway's own tests create.
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(path => !path.Name.StartsWith("/dragoman/", StringComparison.Ordinal)))
        {
            foreach (var operation in path.Value.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object))
            {
                foreach (var (status, mediaType, example, value) in Answers(operation.Value))
                {
                    using var request = Request(path, operation, example);
                    using var answer = await deployment.Stack.Client.SendAsync(request);
                    var body = await answer.Content.ReadAsStringAsync();
                    count++;
                    if ((int)answer.StatusCode != status || answer.Content.Headers.ContentType?.MediaType != mediaType || !IsLike(value, mediaType, body))
                        wrong.Add($"{operation.Name} {path.Name} {example}: {(int)answer.StatusCode} {answer.Content.Headers.ContentType} {body}");
                }
            }
        }

        Assert.True(count > 40, $"only {count} examples");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<(int Status, string MediaType, string Example, JsonElement Value)> Answers(JsonElement operation) =>
        from answer in operation.GetProperty("responses").EnumerateObject()
        where answer.Value.TryGetProperty("content", out _)
        from content in answer.Value.GetProperty("content").EnumerateObject()
        where content.Value.TryGetProperty("examples", out _)
        from example in content.Value.GetProperty("examples").EnumerateObject()
        select (int.Parse(answer.Name, CultureInfo.InvariantCulture), content.Name, example.Name, example.Value.GetProperty("value"));

    private static HttpRequestMessage Request(JsonProperty path, JsonProperty operation, string example)
    {
        var target = path.Name;
        var request = new HttpRequestMessage { Method = new HttpMethod(operation.Name.ToUpperInvariant()) };
        foreach (var parameter in Parameters(path.Value).Concat(Parameters(operation.Value)))
        {
            var name = parameter.GetProperty("name").GetString()!;
            if (parameter.GetProperty("in").GetString() == "path")
                target = target.Replace($"{{{name}}}", Uri.EscapeDataString(parameter.GetProperty("example").GetString()!), StringComparison.Ordinal);
            else if (parameter.TryGetProperty("examples", out var examples) && examples.TryGetProperty(example, out var value))
                request.Headers.Add(name, value.GetProperty("value").GetString());
        }

        request.RequestUri = new Uri(target, UriKind.Relative);
        if (operation.Value.TryGetProperty("requestBody", out var body))
            request.Content = new StringContent(body.GetProperty("content").GetProperty("application/json").GetProperty("examples").GetProperty(example).GetProperty("value").GetRawText());
        return request;
    }

    private static IEnumerable<JsonElement> Parameters(JsonElement owner) =>
        owner.TryGetProperty("parameters", out var list) ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    /// <summary>Whether an object has the example's members, or a stream begins and ends with the example's first and last words.</summary>
    private static bool IsLike(JsonElement example, string mediaType, string body)
    {
        if (mediaType != "application/json")
            return Frame(example.GetString()!) == Frame(body);
        using var real = JsonDocument.Parse(body);
        return Names(example).SequenceEqual(Names(real.RootElement));
    }

    private static IEnumerable<string> Names(JsonElement answer) => answer.EnumerateObject().Select(member => member.Name);

    private static (string Start, string End) Frame(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (Head(lines[0]), Head(lines[^1]));
    }

    private static string Head(string line) => line[..Math.Min(line.Length, "data: {\"id".Length)];
}
