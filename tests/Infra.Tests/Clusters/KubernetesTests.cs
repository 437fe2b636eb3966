using System.Globalization;
using System.Text.Json.Nodes;
using Dragoman.Infra.Tests.Checks;
using Dragoman.Infra.Tests.Tools;
using k8s.Models;

namespace Dragoman.Infra.Tests.Clusters;

/// <summary>The manifests: read strictly into the types of Kubernetes, with few rights, and with the ports, routes and variables of the processes.</summary>
public sealed class KubernetesTests
{
    public static TheoryData<string> Folders => ["base", "overlays/team", "overlays/keda", "overlays/azure"];

    /// <summary>Where the containers listen.</summary>
    private static readonly Dictionary<string, int> Ports = new() { ["front"] = 8080, ["sidecar"] = 5081, ["functions"] = 7071 };

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public async Task A_folder_has_every_object(string folder)
    {
        var manifests = await RenderAsync(folder);
        string[] deployments = folder == "base" ? ["dragoman"] : ["dragoman", "dragoman-functions"];

        foreach (var names in (IEnumerable<string>[])[Names<V1Deployment>(), Names<V1Service>(), Names<V1PodDisruptionBudget>(), Names<V1NetworkPolicy>()])
            Assert.Equal(deployments, names);
        Assert.Equal(["dragoman"], Names<V1ServiceAccount>());
        Assert.Equal(folder is "overlays/team" or "overlays/azure" ? deployments : [], Names<V2HorizontalPodAutoscaler>());
        Assert.Equal(folder == "overlays/keda" ? deployments : [], manifests.Others.Select(scaled => (string?)scaled["spec"]!["scaleTargetRef"]!["name"]).Order());

        IEnumerable<string> Names<T>()
            where T : k8s.IKubernetesObject<V1ObjectMeta> => manifests.Of<T>().Select(each => each.Metadata.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void What_the_api_does_not_have_is_found() =>
        Assert.ThrowsAny<Exception>(() => Manifests.Read("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"selektor":{}}}"""));

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public async Task A_container_has_few_rights(string folder)
    {
        foreach (var pod in (await RenderAsync(folder)).Of<V1Deployment>().Select(deployment => deployment.Spec.Template.Spec))
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.False(pod.EnableServiceLinks);
            Assert.True(pod.HostNetwork is not true && pod.HostPID is not true);
            foreach (var container in pod.Containers)
            {
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Equal(UserOf(container.Name), container.SecurityContext.RunAsUser);
                Assert.True(container.Resources.Requests.ContainsKey("cpu") && container.Resources.Limits.ContainsKey("memory"));
                Assert.All(container.VolumeMounts, mount => Assert.Contains(pod.Volumes, volume => volume.Name == mount.Name));
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public async Task Ports_probes_and_variables_are_those_of_the_processes(string folder)
    {
        var manifests = await RenderAsync(folder);
        foreach (var container in manifests.Of<V1Deployment>().SelectMany(deployment => deployment.Spec.Template.Spec.Containers))
        {
            var ports = container.Ports.ToDictionary(port => port.Name, port => port.ContainerPort);
            Assert.Equal(Ports[container.Name], container.Ports.Single(port => port.Name != "metrics").ContainerPort);
            V1Probe[] probes = [.. new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }.OfType<V1Probe>()];
            foreach (var probe in probes)
                Assert.Equal(Ports[container.Name], ports[(probe.HttpGet?.Port ?? probe.TcpSocket.Port).Value]);
            foreach (var (probe, route) in (IEnumerable<(V1Probe?, string)>)[(container.StartupProbe, "health"), (container.ReadinessProbe, "ready"), (container.LivenessProbe, "health")])
            {
                if (probe?.HttpGet is { } asked)
                    Assert.Equal($"/{RouteOf(route)}", asked.Path);
            }

            Assert.NotNull(container.LivenessProbe);
            // The sidecar is asked through nginx.
            Assert.Equal(container.Name != "sidecar", container.ReadinessProbe is not null);
            var variables = (container.Env ?? []).ToDictionary(variable => variable.Name, variable => variable.Value);
            Assert.Empty(Contract.Unread(container.Name, variables, DockerfileTests.ReaderOf(container.Name)));
        }

        var front = Container(manifests, "dragoman", "front").Env.ToDictionary(variable => variable.Name, variable => variable.Value);
        Assert.Equal("127.0.0.1:5081", front["DRAGOMAN_SIDECAR"]);
        foreach (var service in manifests.Of<V1Service>())
        {
            var pod = manifests.Named<V1Deployment>(service.Metadata.Name).Spec.Template;
            Assert.All(service.Spec.Selector, label => Assert.Equal(label.Value, pod.Metadata.Labels[label.Key]));
            Assert.Contains(pod.Spec.Containers.SelectMany(container => container.Ports), port => port.Name == service.Spec.Ports.Single().TargetPort.Value);
        }

        if (folder != "base")
            Assert.Equal($"dragoman-functions:{manifests.Named<V1Service>("dragoman-functions").Spec.Ports.Single().Port}", front["DRAGOMAN_FUNCTIONS"]);
    }

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public async Task A_pod_may_drain_before_it_is_killed(string folder)
    {
        var manifests = await RenderAsync(folder);
        var drain = (int)Configuration(manifests)["limits"]!["drainSeconds"]!;
        Assert.Equal($"{drain}s", Container(manifests, "dragoman", "front").Env.Single(variable => variable.Name == "DRAGOMAN_DRAIN").Value);
        foreach (var pod in manifests.Of<V1Deployment>().Select(deployment => deployment.Spec.Template.Spec))
        {
            foreach (var container in pod.Containers)
                Assert.True(pod.TerminationGracePeriodSeconds >= container.Lifecycle.PreStop.Sleep.Seconds + drain + 10);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public async Task A_secret_is_a_file_that_the_pod_has_or_in_the_vault(string folder)
    {
        var manifests = await RenderAsync(folder);
        var configuration = Configuration(manifests).ToJsonString();
        foreach (var deployment in manifests.Of<V1Deployment>())
        {
            var pod = deployment.Spec.Template.Spec;
            Assert.Contains(pod.Volumes, volume => volume.ConfigMap?.Name == manifests.Of<V1ConfigMap>().Single().Metadata.Name);
            Assert.Equal(configuration.Contains("file:", StringComparison.Ordinal), pod.Volumes.Any(volume => volume.Secret?.SecretName == "dragoman"));
            Assert.DoesNotContain(pod.Containers.SelectMany(container => container.Env ?? []), variable => variable.ValueFrom is not null);
        }

        Assert.All(
            configuration.Split('"').Where(text => text.StartsWith("file:", StringComparison.Ordinal)),
            reference => Assert.StartsWith("file:/run/secrets/dragoman/", reference, StringComparison.Ordinal));
        Assert.Equal("keys", (string?)Configuration(manifests)["access"]!["mode"]);
    }

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public async Task Only_the_ports_that_are_meant_can_be_reached(string folder)
    {
        foreach (var policy in (await RenderAsync(folder)).Of<V1NetworkPolicy>())
        {
            var isFunctions = policy.Metadata.Name == "dragoman-functions";
            Assert.Equal(["Ingress", "Egress"], policy.Spec.PolicyTypes);
            foreach (var rule in policy.Spec.Ingress)
            {
                var port = rule.Ports.Single().Port.Value;
                Assert.Contains(port, (string[])[isFunctions ? "7071" : "8080", "9464"]);
                // Functions believe what nginx says about the client.
                if (isFunctions || port == "9464")
                    Assert.NotEmpty(rule.FromProperty);
            }

            var ways = policy.Spec.Egress.SelectMany(rule => rule.Ports).Select(port => port.Port.Value).Distinct().Order(StringComparer.Ordinal);
            Assert.Equal(folder == "base" || isFunctions ? ["443", "53", "5432"] : ["443", "53", "5432", "7071"], ways);
        }
    }

    /// <summary>A pod that the autoscaler took away would cut its streams; a query that nobody answers would leave it at its fallback.</summary>
    [SkippableFact]
    public async Task Keda_asks_for_what_the_processes_measure()
    {
        var manifests = await RenderAsync("overlays/keda");
        foreach (var scaled in manifests.Others)
        {
            var trigger = scaled["spec"]!["triggers"]![0]!;
            var deployment = manifests.Named<V1Deployment>((string)scaled["spec"]!["scaleTargetRef"]!["name"]!);
            var container = deployment.Spec.Template.Spec.Containers.Single(each => each.Name is "sidecar" or "functions");
            Assert.Equal(
                $$"""sum(rate(http_server_request_duration_seconds_sum{namespace="{{deployment.Metadata.NamespaceProperty}}",container="{{container.Name}}"}[2m]))""",
                (string?)trigger["metadata"]!["query"]);
            Assert.True(int.Parse((string)trigger["metadata"]!["threshold"]!, CultureInfo.InvariantCulture) > 1);
            Assert.Equal("prometheus", container.Env.Single(variable => variable.Name == "OTEL_METRICS_EXPORTER").Value);
            Assert.Contains(container.Ports, port => port.Name == "metrics");
        }
    }

    [SkippableFact]
    public async Task Azure_gives_the_pods_an_identity_and_no_secret()
    {
        var manifests = await RenderAsync("overlays/azure");

        Assert.Contains("azure.workload.identity/client-id", manifests.Of<V1ServiceAccount>().Single().Metadata.Annotations.Keys);
        Assert.All(manifests.Of<V1Deployment>(), deployment => Assert.Equal("true", deployment.Spec.Template.Metadata.Labels["azure.workload.identity/use"]));
        Assert.DoesNotContain("file:", Configuration(manifests).ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task<Manifests> RenderAsync(string folder)
    {
        Skip.If(Manifests.Missing is not null, Manifests.Missing);
        return await Manifests.RenderAsync(folder);
    }

    private static V1Container Container(Manifests manifests, string deployment, string name) =>
        manifests.Named<V1Deployment>(deployment).Spec.Template.Spec.Containers.Single(container => container.Name == name);

    private static JsonNode Configuration(Manifests manifests) => JsonNode.Parse(manifests.Of<V1ConfigMap>().Single().Data["gateway.json"])!;

    private static long UserOf(string image)
    {
        var dockerfile = File.ReadAllLines(Path.Combine(Repository.Infra, "containers", image, "Dockerfile"));
        return long.Parse(dockerfile.Single(line => line.StartsWith("USER ", StringComparison.Ordinal))["USER ".Length..].Split(':')[0], CultureInfo.InvariantCulture);
    }

    private static string RouteOf(string function)
    {
        var file = Path.Combine(Repository.Root, "functions/custom", function, "function.json");
        return (string)JsonNode.Parse(File.ReadAllText(file))!["bindings"]![0]!["route"]!;
    }
}
