using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Pipeline.State;

namespace Dragoman.Gateway.Tests.Pipeline.State;

public class RecentModelsTests
{
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public void After_its_time_a_model_starts_from_the_default_again()
    {
        var recent = new RecentModels(clock).Of("team");
        recent.Use(Model("m"), TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Empty(recent.List());
        recent.Use(Model("m"), null);
        Assert.Equal(clock.GetUtcNow().AddMinutes(5), Assert.Single(recent.List()).ExpiresAt);
    }

    [Fact]
    public void One_name_in_any_case_is_one_model()
    {
        var recent = new RecentModels(clock).Of("team");
        recent.Use(Model("one/X"), null);
        recent.Use(Model("one/x:latest"), TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Single(recent.List()).KeepAlive);
    }

    [Fact]
    public async Task However_many_are_used_at_once_only_so_many_are_remembered()
    {
        var recent = new RecentModels(clock).Of("team");
        recent.Use(Model("kept"), TimeSpan.FromDays(1));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var index = 0; index < RecentModels.Capacity; index++)
                recent.Use(Model($"m{worker}-{index}"), null);
        })));
        var models = recent.List();
        Assert.Equal(RecentModels.Capacity, models.Count);
        Assert.Equal("kept", models[0].Model.Name);
    }

    private static PublishedModel Model(string name) => new(name, [new Target("one", name)], ModelMetadata.Of(name, null, null), 0);
}
