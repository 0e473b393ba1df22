package auth0

// Rows are the operations on applications, connections, users and APIs.
func (s *Directory) Rows() []Row {
	readClients := []string{"read:clients", "read:client_keys", "read:client_credentials", "read:client_summary"}
	rows := []Row{
		API("GET", "/clients", "", s.listClients, Recording+": TestClient_List, TestAccPages", ""),
		API("POST", "/clients", "create:clients", s.createClient, Recording+": TestClient_Create", ""),
		API("GET", "/clients/{id}", "", s.getClient, Recording+": TestClient_Read", ""),
		API("PATCH", "/clients/{id}", "update:clients", s.patchClient, Recording+": TestClient_Update, TestAccPages", ""),
		API("DELETE", "/clients/{id}", "delete:clients", s.deleteClient, Recording+": TestClient_Delete", "deleting the global client"),
		API("GET", "/client-grants", "read:client_grants", s.listGrants, Recording+": TestClientGrantManager_List", ""),
		API("POST", "/client-grants", "create:client_grants", s.createGrant, Recording+": TestClientGrantManager_Create", "text of the conflict"),
		API("PATCH", "/client-grants/{id}", "update:client_grants", s.patchGrant, Recording+": TestClientGrantManager_Update", ""),
		API("DELETE", "/client-grants/{id}", "delete:client_grants", s.deleteGrant, Recording+": TestClientGrantManager_Delete", ""),
		API("GET", "/connections", "read:connections", s.listConnections, Recording+": TestConnectionManager_List", ""),
		API("GET", "/connections/{id}", "read:connections", s.getConnection, Recording+": TestConnectionManager_Read", "which scopes show options"),
		API("PATCH", "/connections/{id}", "update:connections", s.patchConnection, Recording+": TestConnectionManager_Update", ""),
		API("GET", "/connections/{id}/clients", "read:connections", s.connectionClients, Recording+": TestConnectionManager_EnabledClients", ""),
		API("PATCH", "/connections/{id}/clients", "update:connections", s.patchConnectionClients, Recording+": TestConnectionManager_UpdateEnabledClients_*", ""),
		API("GET", "/users", "read:users", s.listUsers, Recording+": TestUserManager_Search; terms joined by AND only", "how late search is", userSearch),
		API("POST", "/users", "create:users", s.createUser, Recording+": TestUserManager_Create", ""),
		API("GET", "/users-by-email", "read:users", s.usersByEmail, Recording+": TestUserManager_ListByEmail", ""),
		API("GET", "/users/{id}", "read:users", s.getUser, Recording+": TestUserManager_Read", ""),
		API("PATCH", "/users/{id}", "update:users", s.patchUser, Recording+": TestUserManager_Update", ""),
		API("DELETE", "/users/{id}", "delete:users", s.deleteUser, Recording+": TestUserManager_Delete", ""),
		API("GET", "/resource-servers", "read:resource_servers", s.listResourceServers, Recording+": TestResourceServer_List", ""),
		API("GET", "/resource-servers/{id}", "read:resource_servers", s.getResourceServer, Recording+": TestResourceServer_Read", ""),
	}
	for i := range rows {
		if rows[i].Scopes[0] == "" {
			rows[i].Scopes = readClients
		}
		switch rows[i].Method + " " + rows[i].Path {
		case "PATCH " + APIPath + "/users/{id}":
			rows[i].Scopes = []string{"update:users", "update:users_app_metadata"}
		case "PATCH " + APIPath + "/clients/{id}":
			rows[i].Scopes = []string{"update:clients", "update:client_keys"}
		}
	}
	return rows
}
