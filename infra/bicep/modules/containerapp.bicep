metadata description = 'nginx and the sidecar in one replica: they share its loopback addresses, and scale together.'

@description('Name of the container app.')
param name string

@description('Region.')
param location string

@description('Tags of the resource.')
param tags { *: string }

@description('Environment of the container app.')
param environmentId string

@description('Resource id of the identity of the processes.')
param identityId string

@description('Host name of the registry that the identity pulls from; empty: the images are public.')
param registryServer string

@description('Image of nginx.')
param frontImage string

@description('Image of the sidecar.')
param sidecarImage string

@description('Environment variables of the gateway, which the functions have too.')
param gatewayVariables { *: string }

@description('Who may call; nginx has to know it too.')
param accessMode string

@description('Address of the function app; empty: the sidecar answers everything.')
param functionsUrl string

@description('Address of the vault secret with the function app\'s key; empty without a function app.')
param functionsKeySecretUrl string

@description('Address of the vault secret with the key that signs what the function app gets; empty without a function app.')
param frontKeySecretUrl string

@description('Network of the ingress, whose X-Forwarded-For is believed.')
param ingressRange string

@description('Smallest number of replicas; 0: nothing runs while nobody calls.')
param minReplicas int

@description('Largest number of replicas.')
param maxReplicas int

@description('Requests a second for which there is one more replica.')
param concurrentRequests int

@description('Seconds without a request before the last replica goes.')
param cooldownSeconds int

@description('Seconds that streams may continue when a replica stops.')
param drainSeconds int

@description('Size of a replica.')
param replicaSize ('small' | 'medium' | 'large')

@description('Image of the OpenTelemetry Collector; empty: none.')
param collectorImage string

@description('Percent of the requests whose traces are kept.')
param tracePercent int

@description('Application Insights component that the collector sends to.')
param insightsName string

@description('Client id of the identity of the processes.')
param clientId string

// Azure takes fixed pairs for the sum of all containers: each half a core has one GiB.
var sizes = {
  small: { cpu: '0.25', memory: '0.5Gi' }
  medium: { cpu: '0.75', memory: '1.5Gi' }
  large: { cpu: '1.75', memory: '3.5Gi' }
}
var frontPort = 8080
var sidecarPort = 5081
var hasFunctions = !empty(functionsUrl)

// Where the sidecar sends traces and metrics to. Its log is that of the container already.
var telemetryVariables = empty(collectorImage)
  ? []
  : [
      { name: 'OTEL_SERVICE_NAME', value: 'dragoman-sidecar' }
      { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://127.0.0.1:4318' }
      { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: 'http/protobuf' }
      // Application Insights adds measurements up, so each tells only what is new.
      { name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', value: 'delta' }
      { name: 'OTEL_LOGS_EXPORTER', value: 'none' }
      { name: 'OTEL_TRACES_SAMPLER', value: 'parentbased_traceidratio' }
      {
        name: 'OTEL_TRACES_SAMPLER_ARG'
        value: tracePercent == 100 ? '1.00' : '0.${padLeft(string(tracePercent), 2, '0')}'
      }
    ]

// It has no probe: if it fails, it alone is started again, and the gateway goes on.
var collectors = empty(collectorImage)
  ? []
  : [
      {
        name: 'collector'
        image: collectorImage
        args: ['--config=env:COLLECTOR_CONFIG']
        resources: {
          cpu: json('0.25')
          memory: '0.5Gi'
        }
        env: [
          { name: 'AZURE_CLIENT_ID', value: clientId }
          { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
          { name: 'COLLECTOR_CONFIG', value: loadTextContent('../../collector/config.yaml') }
        ]
      }
    ]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        targetPort: frontPort
        transport: 'auto'
        allowInsecure: false
        traffic: [
          {
            latestRevision: true
            weight: 100
          }
        ]
      }
      registries: empty(registryServer)
        ? []
        : [
            {
              server: registryServer
              identity: identityId
            }
          ]
      secrets: hasFunctions
        ? [
            {
              name: 'functions-key'
              keyVaultUrl: functionsKeySecretUrl
              identity: identityId
            }
            {
              name: 'front-key'
              keyVaultUrl: frontKeySecretUrl
              identity: identityId
            }
          ]
        : []
    }
    template: {
      // A stopping process needs a while to end its streams with their own error.
      terminationGracePeriodSeconds: drainSeconds + 10
      containers: [
        {
          name: 'front'
          image: frontImage
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
          env: concat(
            [
              { name: 'DRAGOMAN_NGINX_LISTEN', value: '0.0.0.0:${frontPort}' }
              { name: 'DRAGOMAN_SIDECAR', value: '127.0.0.1:${sidecarPort}' }
              { name: 'DRAGOMAN_TRUSTED_PROXY', value: ingressRange }
              { name: 'DRAGOMAN_DRAIN', value: '${drainSeconds}s' }
              { name: 'DRAGOMAN_WORKERS', value: '1' }
              { name: 'DRAGOMAN__access__mode', value: accessMode }
            ],
            hasFunctions
              ? [
                  { name: 'DRAGOMAN_FUNCTIONS', value: functionsUrl }
                  { name: 'DRAGOMAN_FUNCTIONS_KEY', secretRef: 'functions-key' }
                  { name: 'DRAGOMAN_FRONT_KEY', secretRef: 'front-key' }
                ]
              : []
          )
          probes: [
            {
              // Through nginx to the sidecar: a replica gets requests only when both are there.
              type: 'Readiness'
              httpGet: { path: '/ready', port: frontPort, scheme: 'HTTP' }
              periodSeconds: 5
              timeoutSeconds: 3
              failureThreshold: 3
            }
            {
              // Only whether nginx listens: a dead sidecar is no reason to restart nginx.
              type: 'Liveness'
              tcpSocket: { port: frontPort }
              periodSeconds: 10
              timeoutSeconds: 3
              failureThreshold: 3
            }
          ]
        }
        {
          name: 'sidecar'
          image: sidecarImage
          resources: {
            cpu: json(sizes[replicaSize].cpu)
            memory: sizes[replicaSize].memory
          }
          env: concat(
            [
              // The probes come from outside the replica. The ingress leads to nginx only.
              { name: 'DRAGOMAN_LISTEN', value: '0.0.0.0' }
              { name: 'DRAGOMAN_SIDECAR_PORT', value: string(sidecarPort) }
              { name: 'DRAGOMAN_DATA', value: '/data' }
              { name: 'DRAGOMAN__limits__drainSeconds', value: string(drainSeconds) }
            ],
            telemetryVariables,
            map(items(gatewayVariables), variable => { name: variable.key, value: variable.value })
          )
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/health', port: sidecarPort, scheme: 'HTTP' }
              // Azure allows at most 10 failures: 30 s in all.
              periodSeconds: 3
              timeoutSeconds: 2
              failureThreshold: 10
            }
            {
              type: 'Liveness'
              httpGet: { path: '/health', port: sidecarPort, scheme: 'HTTP' }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 3
            }
          ]
          volumeMounts: [
            { volumeName: 'data', mountPath: '/data' }
          ]
        }
        ...collectors
      ]
      volumes: [
        // The journal of the ledger: it survives a crash of the sidecar, and is not needed after the replica.
        { name: 'data', storageType: 'EmptyDir' }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        cooldownPeriod: cooldownSeconds
        pollingInterval: 30
        rules: [
          {
            name: 'requests'
            http: {
              metadata: {
                concurrentRequests: string(concurrentRequests)
              }
            }
          }
        ]
      }
    }
  }
}

@description('Resource id of the container app.')
output id string = app.id
