"""Link previews: fetches the pages to which messages link. The rows are in `talk`."""
