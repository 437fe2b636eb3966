using System.Net;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Endpoints;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Gateway.Tests.Endpoints.Documentation;
using Dragoman.Locales;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Endpoints;

/// <summary>Walks all routes and proves that each asks for a credential, keeps the limits, and accounts for what it asks of a provider.</summary>
public sealed class RouteAccessTests(RouteAccessTests.Fixture gateway) : IClassFixture<RouteAccessTests.Fixture>
{
    /// <summary>The routes that ask for nothing, with the reason. Preflights of browsers are answered before any route.</summary>
    private static readonly Dictionary<string, string> OpenRoutes = new()
    {
        ["root"] = "Ollama's clients look for its greeting before they send a key",
        ["health"] = "probes have no key, and it tells nothing",
        ["ready"] = "probes have no key, and it tells nothing",
    };

    public static TheoryData<string, string> Examples
    {
        get
        {
            var examples = new TheoryData<string, string>();
            foreach (var operation in DocumentedApi.Operations)
            {
                foreach (var answer in operation.Answers)
                    examples.Add(operation.Id, answer.Name);
            }

            return examples;
        }
    }

    [Fact]
    public void Only_the_listed_routes_ask_for_nothing() =>
        Assert.Equal(OpenRoutes.Keys.Order(), RouteTable.Routes.Where(route => route.Access == RouteAccess.Nobody).Select(route => route.Name).Order());

    [Fact]
    public void Every_route_is_walked()
    {
        var walked = DocumentedApi.Operations.Select(operation => RouteOf(operation).Name).Distinct().Order();
        Assert.Equal(RouteTable.Routes.Select(route => route.Name).Order(), walked);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task It_asks_for_a_credential(string operationId, string example)
    {
        var route = RouteOf(Operation(operationId));
        foreach (var credential in new[] { null, "wrong", "dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV4AwEps" })
        {
            using var answer = await SendAsync(operationId, example, credential);
            if (OpenRoutes.ContainsKey(route.Name))
            {
                Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
                continue;
            }

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal(["Bearer", "Basic"], answer.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme));
            var body = await answer.Content.ReadAsStringAsync();
            if (answer.RequestMessage!.Method != HttpMethod.Head)
                Assert.Equal(ShapeOf(route, answer.RequestMessage), ShapeOf(body));
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task It_keeps_the_limits_and_accounts_for_the_provider(string operationId, string example)
    {
        var route = RouteOf(Operation(operationId));
        if (route.Access != RouteAccess.Caller)
            return;
        var (text, key) = await gateway.World.KeyAsync(change: key => key with { Limits = new LimitValues(RequestsPerMinute: 1) });
        var (calls, reserved) = (gateway.ProviderCalls, gateway.Reserved);
        using var first = await SendAsync(operationId, example, text);
        await first.Content.ReadAsStringAsync();
        Assert.Equal(Operation(operationId).Answers.Single(answer => answer.Name == example).Status, (int)first.StatusCode);
        if (gateway.ProviderCalls > calls)
        {
            Assert.True(gateway.Reserved > reserved, "nothing was reserved");
            await gateway.SettledAsync(gateway.Reserved - reserved);
        }

        using var second = await SendAsync(operationId, example, text);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.True(second.Headers.Contains("Retry-After"));
        if (second.RequestMessage!.Method != HttpMethod.Head)
        {
            Assert.Contains($"key \\\"{key.Id}\\\"", (await second.Content.ReadAsStringAsync()).Replace("\\u0022", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string operationId, string example, string? credential)
    {
        var request = Operation(operationId).Request(example);
        request.Headers.Remove("x-api-key");
        request.Headers.Remove("Authorization");
        if (credential is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + credential);
        return await gateway.Client.SendAsync(request);
    }

    private static DocumentedOperation Operation(string id) => DocumentedApi.Operations.Single(each => each.Id == id);

    private static Route RouteOf(DocumentedOperation operation)
    {
        // A path with a parameter needs some text in its place.
        return RouteTable.Find(operation.Path.Replace('{', 'x').Replace('}', 'x'), out _)!;
    }

    private static string ShapeOf(Route route, HttpRequestMessage request) =>
        ShapeOf(Route(route, request).Errors);

    private static Route Route(Route route, HttpRequestMessage request)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in request.Headers)
            headers[name] = values.ToArray();
        return route.For(headers);
    }

    private static string ShapeOf(IErrorShape errors)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        errors.WriteError(body, new GatewayError(ErrorKind.Unauthenticated, Wording.Verbatim("x")), "r");
        return ShapeOf(System.Text.Encoding.UTF8.GetString(body.WrittenSpan));
    }

    /// <summary>The names of the members of an error, which tell the dialects apart.</summary>
    private static string ShapeOf(string body)
    {
        using var json = JsonDocument.Parse(body);
        return string.Join(' ', json.RootElement.EnumerateObject().Select(member => $"{member.Name}:{member.Value.ValueKind}"));
    }

    /// <summary>The gateway of the documented examples, with keys, and a count of what is reserved and settled.</summary>
    public sealed class Fixture : DocumentedExampleTests.Fixture, IAccessPolicy
    {
        private readonly SemaphoreSlim settlements = new(0);
        private int reserved;

        internal AccessWorld World { get; } = new(change: settings => settings with { StoreAway = new StoreAwayPolicy(TimeSpan.FromDays(1), ServesAfterwards: true) });

        public int Reserved => reserved;

        protected override IAccessPolicy Access => this;

        public override async Task InitializeAsync()
        {
            await World.TeamAsync();
            await base.InitializeAsync();
        }

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await World.DisposeAsync();
            settlements.Dispose();
        }

        /// <summary>Waits until so many more reservations are settled; an answer may reach its client before.</summary>
        public async Task SettledAsync(int expected)
        {
            for (var count = 0; count < expected; count++)
                Assert.True(await settlements.WaitAsync(TimeSpan.FromSeconds(20)), $"only {count} of {expected} reservations were settled");
        }

        public ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation)
        {
            // Otherwise one address would send too many wrong credentials.
            http.Connection.RemoteIpAddress = new IPAddress(Random.Shared.NextInt64(1L << 24, 1L << 32));
            return World.Policy.AuthenticateAsync(http, requestId, cancellation);
        }

        public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => World.Policy.AdmitAsync(caller, cancellation);

        public ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation)
        {
            Interlocked.Increment(ref reserved);
            return World.Policy.ReserveAsync(caller, admission, use, cancellation);
        }

        public ValueTask SettleAsync(Reservation reservation, Settlement settlement)
        {
            settlements.Release();
            return World.Policy.SettleAsync(reservation, settlement);
        }

        ValueTask IAsyncDisposable.DisposeAsync() => default;
    }
}
