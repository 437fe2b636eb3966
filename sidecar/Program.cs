using Dragoman.Hosting;

return await GatewayHost.RunAsync(args, "dragoman-sidecar", "DRAGOMAN_SIDECAR_PORT", 5081, handsOver: true);
