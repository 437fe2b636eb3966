using Dragoman.Conversation;

namespace Dragoman.Schemas;

/// <summary>
/// Finds the references between definitions that are part of a cycle: those within one strongly connected component (Tarjan,
/// 1972). When a reference of a cycle is removed, only its own component is searched again.
/// </summary>
/// <param name="work">Limits the work for the request.</param>
internal sealed class SchemaCycles(WorkLimit work)
{
    private readonly Dictionary<SchemaNode, Place> places = [];
    private int components;

    public void Find(IEnumerable<(SchemaNode From, SchemaNode To)> references)
    {
        foreach (var (from, to) in references)
            PlaceOf(from).Add(PlaceOf(to));
        Search(places.Values);
    }

    public bool Holds(SchemaNode from, SchemaNode to)
    {
        var (start, end) = (places[from], places[to]);
        return start.Component == end.Component && start.Leads(end);
    }

    /// <summary>Removes one reference.</summary>
    public void Remove(SchemaNode from, SchemaNode to)
    {
        var (start, end) = (places[from], places[to]);
        if (!start.Remove(end) || start.Component != end.Component)
            return;
        Search(start.Members);
    }

    private Place PlaceOf(SchemaNode node)
    {
        if (!places.TryGetValue(node, out var place))
            places[node] = place = new Place();
        return place;
    }

    /// <summary>Divides these places into components. A present component must have all or none of its places among them.</summary>
    private void Search(IReadOnlyCollection<Place> among)
    {
        foreach (var place in among)
        {
            work.Spend();
            place.Order = 0;
        }

        var order = 0;
        var open = new Stack<Place>();
        var path = new Stack<(Place Place, IEnumerator<Place> Next)>();
        foreach (var first in among)
        {
            if (first.Order == 0)
                Enter(first);
            while (path.TryPeek(out var at))
            {
                work.Spend();
                if (at.Next.MoveNext())
                {
                    var next = at.Next.Current;
                    // A place that is not searched here belongs to another component, which does not change.
                    if (next.Order == 0 && next.Component == at.Place.Component)
                        Enter(next);
                    else if (next.IsOpen)
                        at.Place.Lowest = Math.Min(at.Place.Lowest, next.Order);
                    continue;
                }

                path.Pop();
                if (path.TryPeek(out var before))
                    before.Place.Lowest = Math.Min(before.Place.Lowest, at.Place.Lowest);
                if (at.Place.Lowest == at.Place.Order)
                    Close(at.Place);
            }
        }

        void Enter(Place place)
        {
            place.Order = place.Lowest = ++order;
            place.IsOpen = true;
            open.Push(place);
            path.Push((place, place.Next.GetEnumerator()));
        }

        void Close(Place root)
        {
            var members = new List<Place>();
            components++;
            Place place;
            do
            {
                place = open.Pop();
                place.IsOpen = false;
                place.Found = components;
                place.Members = members;
                members.Add(place);
            }
            while (place != root);
        }

        foreach (var place in among)
            place.Component = place.Found;
    }

    /// <summary>A definition, and where its references lead.</summary>
    private sealed class Place
    {
        private readonly Dictionary<Place, int> next = [];

        public IEnumerable<Place> Next => next.Keys;

        public int Component { get; set; }

        /// <summary>The component that the search under way has found.</summary>
        public int Found { get; set; }

        /// <summary>All places of the component.</summary>
        public IReadOnlyCollection<Place> Members { get; set; } = [];

        public int Order { get; set; }

        public int Lowest { get; set; }

        public bool IsOpen { get; set; }

        public void Add(Place place) => next[place] = next.GetValueOrDefault(place) + 1;

        public bool Leads(Place place) => next.ContainsKey(place);

        /// <summary>Removes a reference; true when it was the last one to that place.</summary>
        public bool Remove(Place place)
        {
            if (!next.TryGetValue(place, out var count))
                return false;
            if (count > 1)
            {
                next[place] = count - 1;
                return false;
            }

            return next.Remove(place);
        }
    }
}
