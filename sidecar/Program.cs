using Dragoman.Endpoints;

return await GatewayHost.RunAsync("dragoman-sidecar", "DRAGOMAN_SIDECAR_PORT", 5081, handsOver: true);
